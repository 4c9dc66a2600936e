// What the pages of the archive have in common: states, classes, and rows that stay, in words.
import { useT, type Word } from "../../i18n";
import type { Option } from "../../resource/resource";
import { Badge, type Look } from "../../view/Badge";
import { keptWords, type Kept } from "./kept";

export const STATES: Readonly<Record<string, readonly [Look, Word]>> = {
  none: ["warn", "archive.none"],
  writing: ["now", "archive.writing"],
  written: ["warn", "archive.written"],
  verified: ["good", "archive.verified"],
  broken: ["bad", "archive.broken"],
  superseded: ["", "archive.superseded"],
  purging: ["now", "archive.purging"],
  purged: ["", "archive.purged"],
};

export const CLASSES: readonly Option[] = (["payload", "trade", "log", "evidence"] as const).map((value) => ({
  value,
  label: `archive.class.${value}` as const,
}));

export const CLASS_WORDS = { payload: "archive.class.payload", trade: "archive.class.trade", log: "archive.class.log", evidence: "archive.class.evidence" } as const;

export const stateOptions = (states: readonly string[]): readonly Option[] =>
  states.map((value) => ({ value, label: STATES[value]?.[1] ?? "archive.none" }));

export const STATE_WORDS: Readonly<Record<string, Word>> = Object.fromEntries(Object.entries(STATES).map(([state, [, word]]) => [state, word]));

/** How far a part, or a month, is. */
export function State({ state }: { state: string }) {
  const [look, word] = STATES[state] ?? ["", "archive.none"];
  return <Badge look={look} word={word} />;
}

/** A class by its name. */
export function ClassName({ of }: { of: string }) {
  const t = useT();
  const known = CLASSES.find((one) => one.value === of);
  return <>{known === undefined ? of : t(CLASS_WORDS[of as keyof typeof CLASS_WORDS])}</>;
}

/** How many rows stay, and why. */
export function KeptRows({ kept }: { kept: readonly Kept[] }) {
  const t = useT();
  return <div className="info">{keptWords(kept, t)}</div>;
}
