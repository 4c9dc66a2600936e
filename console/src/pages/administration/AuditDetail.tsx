// What a row of the audit says more: codes in it get their names.
import { useName } from "../../i18n/names";
import { codeOf } from "./codeOf";

export function AuditDetail({ text }: { text: string }) {
  const named = useName();
  const { code, rest } = codeOf(text);
  return code === undefined ? text : `${named("approvalKind", code)}${rest}`;
}
