// A code of a dictionary as a coloured word.
import { type Entry, useDictionary } from "../api/dictionary";
import { useLanguage } from "../i18n";

const LOOKS: Record<string, string> = { blue: "now", green: "good", orange: "warn", red: "bad", purple: "held", grey: "" };

export function EntryWord({ entry }: { entry: Entry }) {
  const { language } = useLanguage();
  return <span className={`badge ${LOOKS[entry.colour] ?? ""}`}>{language === "en" && entry.english !== "" ? entry.english : entry.chinese}</span>;
}

/** A code that no dictionary knows stays what it is. */
export function EntryBadge({ dictionary, code }: { dictionary: string; code: string }) {
  const entry = useDictionary(dictionary).get(code);
  return entry === undefined ? <span className="badge">{code}</span> : <EntryWord entry={entry} />;
}
