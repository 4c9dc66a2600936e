// What somebody types to find the audit of one thing, as the platform knows it.
import { messageIdOf } from "../../format/acceptance";
import { words } from "../../i18n/words";

const FAMILY = "object.";

/** The code of a kind of things by what it is called in either language, or by itself. */
function kindOf(text: string): string {
  const asked = text.toLowerCase();
  const found = Object.entries(words).find(([word, names]) => word.startsWith(FAMILY) && names.some((name) => name.toLowerCase() === asked));
  return found === undefined ? asked : found[0].slice(FAMILY.length);
}

/** An acceptance number, `报文 TG…` as the list shows it, or `company:123`; anything else stays what it is. */
export function objectAsked(text: string): string {
  const id = messageIdOf(text);
  if (id !== undefined) return `message:${id}`;
  const found = /^(.+?)\s*[:：\s]\s*(\S+)$/.exec(text.trim());
  if (found === null) return text.trim();
  const [, kind = "", of = ""] = found;
  return `${kindOf(kind)}:${messageIdOf(of) ?? of}`;
}
