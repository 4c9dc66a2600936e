// Whom a notice is for, by its code or by what the platform calls it.
import { say, useT } from "../../i18n";

export const AUDIENCES = ["public", "all", "staff", "companies", "customs", "bureau", "operator", "admin"] as const;

export function audienceOf(written: string): (typeof AUDIENCES)[number] | undefined {
  return AUDIENCES.find((one) => one === written || say("zh-CN", `audience.${one}`) === written);
}

export function Audience({ audience }: { audience: string }) {
  const t = useT();
  const known = audienceOf(audience);
  return known === undefined ? audience : t(`audience.${known}`);
}
