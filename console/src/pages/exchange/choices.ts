// Which documents had better not be declared again.

/** Ways to declare again that say: not as it is, or not at all. */
export const CAREFUL: readonly string[] = ["none", "wait", "call"];

/** The documents of a form that had better not be declared again now. */
export function careful<One extends { reasons: readonly { resubmit: string }[] }>(documents: readonly One[]): One[] {
  return documents.filter((one) => one.reasons.some((reason) => CAREFUL.includes(reason.resubmit)));
}

/** Of several messages those that had better not be declared again now, each with why: what a receipt of theirs advises. */
export function carefulMessages<Form extends { messageId: string; documents: readonly { number: number; reasons: readonly { resubmit: string }[] }[] }>(
  forms: readonly Form[],
): { id: string; documents: Form["documents"][number][]; isWhole: boolean }[] {
  return forms
    .map((form) => ({ id: form.messageId, documents: careful(form.documents), isWhole: careful(form.documents).length === form.documents.length }))
    .filter((one) => one.documents.length > 0);
}

interface Value {
  element: string;
  value: string;
  masked: boolean;
  was?: string | null;
}

/** The forms in which one new value changes nothing: wherever the element stands it has that value already. */
export function unchanged<Form extends { documents: readonly { fields: readonly Value[]; lines: readonly (readonly Value[])[] }[] }>(forms: readonly Form[], element: string, value: string): Form[] {
  return forms.filter((form) => {
    const all = form.documents.flatMap((document) => [document.fields, ...document.lines].flat());
    const places = all.filter((one) => one.element === element);
    // What the platform puts right itself is a change; what is masked cannot be compared.
    return places.length > 0 && places.every((one) => !one.masked && one.value === value) && all.every((one) => one.was == null);
  });
}
