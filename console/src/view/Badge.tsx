// A state as a coloured word; the word says it, not the colour.
import { useT, type Word } from "../i18n";

export type Look = "good" | "bad" | "now" | "held" | "warn" | "";

export function Badge({ look, word }: { look: Look; word: Word }) {
  const t = useT();
  return <span className={`badge ${look}`}>{t(word)}</span>;
}
