// What a row of the audit says more: codes in it get their names.
import { useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { codeOf, named } from "./codeOf";

export function AuditDetail({ text, whole = false }: { text: string; whole?: boolean }) {
  const t = useT();
  const name = useName();
  const { code, rest } = codeOf(text);
  return code === undefined ? named(text, name, t("list.join"), whole) : `${name("approvalKind", code)}${rest}`;
}
