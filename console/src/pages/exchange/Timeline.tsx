// Every step with its time, oldest first; the same that the company, customs and the operator see.
import { Timeline as Line } from "antd";
import type { components } from "../../api/schema";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { stateWord } from "./State";

type Entry = components["schemas"]["TimelineEntry"] & {
  /** Whether the name says more than the state, because several documents share the line. */
  full?: boolean;
};

const COLOUR: Record<string, string> = { refused: "red", rejected: "red", faulty: "red", settled: "green", held: "orange" };

export function Timeline({ entries }: { entries: readonly Entry[] }) {
  const t = useT();
  return (
    <Line
      items={entries.map((entry, i) => {
        const word = stateWord(entry.step);
        return {
          key: i,
          color: COLOUR[entry.step] ?? "blue",
          content: (
            <div>
              <strong>{word === undefined || entry.full === true ? entry.stepName : t(word)}</strong>{" "}
              <span className="soft num nowrap">{dateTime(entry.at)}</span>
              {entry.holder !== "" && (
                <div className="soft">
                  {t("message.holder")} {entry.holder}
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
