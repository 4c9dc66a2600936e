// The codes of a field with their meanings: a bare number tells nobody what it is.
import type { Schema } from "../../api/types";
import type { useName } from "../../i18n/names";

export function choiceOptions(field: Pick<Schema<"CorrectionField">, "element" | "choices">, named: ReturnType<typeof useName>) {
  return (field.choices ?? []).map((choice) => {
    const key = `${field.element}.${choice}`;
    const name = named("choice", key);
    return { value: choice, label: name === key ? choice : `${choice} ${name}` };
  });
}
