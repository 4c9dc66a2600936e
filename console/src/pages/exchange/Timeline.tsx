// Every step with its time, oldest first; the same that the company, customs and the operator see.
import { Timeline as Line } from "antd";
import type { components } from "../../api/schema";
import { dateTime } from "../../format/time";
import { say, useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { Holder, isBad, Kind, OUTCOMES, stateWord } from "./State";

type Entry = components["schemas"]["TimelineEntry"] & {
  /** The kind of the document, where several share the line. */
  kind?: string;
  kindName?: string;
};

const COLOUR: Record<string, string> = { refused: "red", rejected: "red", faulty: "red", settled: "green", held: "orange" };

export function Timeline({ entries }: { entries: readonly Entry[] }) {
  const t = useT();
  const named = useName();
  const title = (entry: Entry) => {
    const word = stateWord(entry.step);
    const outcome = OUTCOMES.find((one) => one === entry.step);
    // That the last receipt of what was turned down has come is no success: the platform has another name for it.
    const isPlain = entry.stepName === "" || entry.step === "held" || entry.stepName === (word && say("zh-CN", word));
    const name = outcome !== undefined ? t(`outcome.${outcome}`) : word !== undefined && isPlain ? t(word) : named("step", entry.step, entry.stepName);
    return (
      <>
        {entry.kind !== undefined && <Kind kind={entry.kind} name={entry.kindName} />} {name}
      </>
    );
  };
  return (
    <Line
      items={entries.map((entry, i) => {
        return {
          key: i,
          color: isBad(entry.outcome) && entry.step === "settled" ? "gray" : (COLOUR[entry.step] ?? "blue"),
          content: (
            <div>
              <strong>{title(entry)}</strong>{" "}
              <span className="soft num nowrap">{dateTime(entry.at)}</span>
              {entry.holder !== "" && (
                <div className="soft">
                  {t("message.holder")} <Holder holder={entry.holder} />
                </div>
              )}
              {entry.detail !== "" && <div className="info">{entry.detail}</div>}
            </div>
          ),
        };
      })}
    />
  );
}
