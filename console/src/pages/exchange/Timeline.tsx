// Every step with its time, oldest first; the same that the company, customs and the operator see.
import { Timeline as Line } from "antd";
import type { Schema } from "../../api/types";
import { dateTime } from "../../format/time";
import { say, useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { Sentence } from "../../i18n/sentence";
import { documentOf, receiptsOfSteps } from "./documents";
import { Key } from "./Key";
import { Holder, isBad, isDealt as isDealtWith, Kind, OUTCOMES, stateWord, useStatusWords } from "./State";

type Entry = Schema<"TimelineEntry"> & {
  /** The kind of the document, where several share the line. */
  kind?: string;
  kindName?: string;
};

const COLOUR: Record<string, string> = { refused: "red", rejected: "red", faulty: "red", settled: "green", held: "orange" };

/** Nobody has it from then on: there is nothing to tell. */
const isNobody = (holder: string) => holder === "" || holder.startsWith("无");

interface Props {
  entries: readonly Entry[];
  /** The message whose life it is: its receipts say which document they answer. */
  message?: Pick<Schema<"MessageDetail">, "kind" | "documents" | "receipts" | "outcome" | "needsAction">;
}

export function Timeline({ entries, message }: Props) {
  const t = useT();
  const status = useStatusWords();
  const receipts = receiptsOfSteps(entries, message?.receipts ?? []);
  // What came back and is dealt with asks nobody to act.
  const isDealt = message !== undefined && isDealtWith(message);
  const named = useName();
  const title = (entry: Entry, i: number) => {
    const receipt = receipts[i];
    if (receipt?.returnStatus != null) return `${t("step.receipt")} ${status(receipt.returnStatus, receipt.returnStatusName)}`;
    const word = stateWord(entry.step);
    const outcome = OUTCOMES.find((one) => one === entry.step);
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
        const isBadStep = isBad(entry.outcome) || isBad(entry.step);
        const receipt = receipts[i];
        const document = receipt === undefined || (message?.documents.length ?? 0) < 2 ? undefined : documentOf(receipt, message?.documents ?? []);
        return {
          key: i,
          color: isBadStep && (isDealt || entry.step === "settled") ? "gray" : (COLOUR[entry.step] ?? (isBadStep ? "red" : "blue")),
          content: (
            <div>
              <strong>{title(entry, i)}</strong>{" "}
              <span className="soft num nowrap">{dateTime(entry.at)}</span>
              {document !== undefined && (
                <div className="soft">
                  {t("correct.document", { n: document.number })} <Key kind={message?.kind} text={document.documentKey} />
                </div>
              )}
              {!isNobody(entry.holder) && !(isDealt && isBadStep) && (
                <div className="soft">
                  {t("timeline.holder")} <Holder holder={entry.holder} />
                </div>
              )}
              {entry.detail !== "" && <div className="info"><Sentence text={entry.detail} /></div>}
            </div>
          ),
        };
      })}
    />
  );
}
