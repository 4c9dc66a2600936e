// Why rows stay in the database although their period has passed, in words.
import type { Translate, Word } from "../../i18n";

export interface Kept {
  readonly why: string;
  readonly n: number;
}

/** Why a row stays, in words. */
export const KEPT_WORDS: Readonly<Record<string, Word>> = {
  open_message: "archive.stay.open_message",
  undelivered: "archive.stay.undelivered",
  payload: "archive.stay.payload",
  changed: "archive.stay.changed",
};

/** How many rows stay for which reason; a dash for none. A reason that is not known is told as it is. */
export function keptWords(kept: readonly Kept[], t: Translate): string {
  if (kept.length === 0) return "–";
  const one = ({ why, n }: Kept) => {
    const word = KEPT_WORDS[why];
    return `${word === undefined ? why : t(word)} ${n}`;
  };
  return kept.map(one).join(t("list.comma"));
}

/** How many rows stay, for whatever reasons: what a list is sorted by. */
export const keptCount = (kept: readonly Kept[]): number => kept.reduce((sum, { n }) => sum + n, 0);
