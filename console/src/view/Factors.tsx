// The second factors of a person, in words; none is said as well, because somebody should act.
import { useLanguage } from "../i18n";
import { Badge } from "./Badge";

const WORDS = { totp: "factor.totp", passkey: "factor.passkey" } as const;

export function Factors({ kinds }: { kinds: readonly string[] }) {
  const { t } = useLanguage();
  if (kinds.length === 0) return <Badge look="warn" word="factor.none" />;
  const words = [...new Set(kinds)].map((kind) => (kind in WORDS ? t(WORDS[kind as keyof typeof WORDS]) : kind));
  return <span>{words.join(t("list.join"))}</span>;
}
