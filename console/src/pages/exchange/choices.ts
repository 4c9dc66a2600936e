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

/** Elements that number one document or what belongs to it alone: no two documents have the same. A test compares with the standard. */
export const IDENTIFYING: readonly string[] = [
  "orderNo", "payTransactionId", "payNo", "logisticsNo", "copNo", "coElNo", "msgSeqNo", "preNo", "invtNo", "sumNo", "declSeqNo", "rkdNo", "taxNo", "entDutyNo", "entryId", "decTmpNo", "decPreNo", "guid",
];

/** The fields that can have one new value in all of the forms; a number of a document only where there is one document. */
export function commonFields<Field extends { element: string }>(fields: readonly Field[], forms: readonly { documents: readonly unknown[] }[]): Field[] {
  const n = forms.reduce((sum, form) => sum + form.documents.length, 0);
  return fields.filter((field) => n < 2 || !IDENTIFYING.includes(field.element));
}

interface Value {
  element: string;
  value: string;
  masked: boolean;
  was?: string | null;
}

interface Filled {
  documents: readonly { fields: readonly Value[]; lines: readonly (readonly Value[])[] }[];
}

const valuesOf = (form: Filled) => form.documents.flatMap((document) => [document.fields, ...document.lines].flat());

/** The forms that come out as they were when nobody changes anything: what the platform puts right itself is a change. */
export function asTheyWere<Form extends Filled>(forms: readonly Form[]): Form[] {
  return forms.filter((form) => valuesOf(form).every((one) => one.was == null));
}

/** The forms in which one new value changes nothing: wherever the element stands it has that value already. */
export function unchanged<Form extends Filled>(forms: readonly Form[], element: string, value: string): Form[] {
  return asTheyWere(forms).filter((form) => {
    const places = valuesOf(form).filter((one) => one.element === element);
    // What is masked cannot be compared.
    return places.length > 0 && places.every((one) => !one.masked && one.value === value);
  });
}
