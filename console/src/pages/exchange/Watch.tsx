// What was just submitted, live until it is settled.
import { Alert, Button, Table } from "antd";
import { Link } from "react-router";
import type { Schema } from "../../api/types";
import { count } from "../../format/number";
import { useT } from "../../i18n";
import { FindingTable } from "./FindingTable";
import { cameBack, type Doing, standing } from "./documents";
import { isOver, useFollowed } from "./follow";
import { Holder, Kind, Progress, Statuses } from "./State";
import { HandleButton, Reasons } from "./ToDo";
import { Timeline } from "./Timeline";

export type Accepted = Schema<"AcceptedAnswer">;
type Detail = Schema<"MessageDetail">;

export function Watch({ accepted, again }: { accepted: readonly Accepted[]; again: () => void }) {
  const t = useT();
  const details = useFollowed(accepted.map(({ id }) => id));
  const one = details.length === 1 ? details[0] : undefined;
  const over = details.length > 0 && details.every(isOver);
  const { all, bad, open } = cameBack(details);
  const corrects = details.some((message) => doingIn(message) === "correct");
  const said = open > 0 ? "open" : bad > 0 && over ? "dealt" : over ? "over" : "accepted";
  return (
    <>
      <Alert
        className="gap"
        type={said === "open" ? "error" : said === "over" ? "success" : "info"}
        showIcon
        role="status"
        title={said === "open" || said === "dealt" ? all === 1 ? t("declare.turnedDownOne") : t("declare.turnedDown", { n: count(bad), all: count(all) }) : t(`declare.${said}`)}
        description={
          <>
            {one !== undefined && said === "open" && <Reasons message={one} />}
            {t(said === "open" ? `declare.turnedDown${corrects ? "Correct" : "Look"}${one === undefined ? "All" : "One"}` : said === "dealt" ? "declare.dealtHint" : `declare.${said}Hint`)}
          </>
        }
        action={<Button onClick={again}>{t("declare.another")}</Button>}
      />
      <div className="panel">
        <Table
          size="small"
          rowKey="id"
          dataSource={details}
          loading={details.length === 0}
          pagination={false}
          columns={[
            { title: t("message.acceptanceNo"), render: (_, m) => <Link to={`/messages/${m.id}`}>{m.acceptanceNo}</Link> },
            { title: t("message.kind"), render: (_, m) => <Kind kind={m.kind} name={m.kindName} /> },
            { title: t("outcome.title"), render: (_, m) => <Progress of={m} /> },
            { title: t("message.holder"), render: (_, m) => <Holder holder={m.holder} /> },
            {
              title: t("document.status"),
              render: (_, m) => <Statuses documents={m.documents} />,
            },
            { title: t("list.operations"), render: (_, m) => <HandleButton message={m} doing={doingIn(m)} /> },
          ]}
        />
      </div>
      {one !== undefined && (
        <div className={one.findings.length > 0 ? "columns-21" : undefined}>
          {one.findings.length > 0 && (
            <div className="panel">
              <h2>{t("message.findings")}</h2>
              <FindingTable findings={one.findings} empty="message.noFindings" />
            </div>
          )}
          <div className="panel">
            <h2>{t("message.timeline")}</h2>
            <Timeline entries={one.timeline} message={one} />
          </div>
        </div>
      )}
    </>
  );
}

/** What is to be done about a message: to correct it, as soon as any of its documents is to be corrected. */
function doingIn(message: Detail): Doing | undefined {
  return message.needsAction ? standing(message).doings[0]?.doing : undefined;
}
