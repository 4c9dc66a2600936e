// One order's whole story (单证全程): order, payment, waybill and list side by side, what matches and
// what does not, every step, and who has it now.
import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Table } from "antd";
import { Link, useParams } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import { customsTime } from "../../format/time";
import { useLanguage, useT, type Word } from "../../i18n";
import { elementName, valueMeaning } from "../../i18n/elements";
import { usePrinting } from "../../resource/usePrinting";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { Named } from "../../i18n/names";
import { Sentence } from "../../i18n/sentence";
import { Holder, isDealt, isUnknownStatus, Kind, Progress, ReturnStatus, useActs } from "./State";
import { CorrectButton, Links } from "./ToDo";
import { Unmask } from "./Unmask";
import { Timeline } from "./Timeline";
import type { Story, StoryDocument } from "./types";

const PLACES = ["order", "payment", "logistics", "inventory"] as const;

export function StoryPage() {
  const { id = "" } = useParams();
  const client = useQueryClient();
  const t = useT();
  const story = useQuery({
    queryKey: ["story", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/stories/{documentId}", { path: { documentId: id }, signal }),
  });
  useLive(["message", "receipt"], () => void client.invalidateQueries({ queryKey: ["story", id] }));
  if (graveOf(story) !== undefined) return <ErrorView error={story.error} retry={() => void story.refetch()} />;
  if (story.data === undefined) return <Loading />;
  const { marks, timeline, holder, others } = story.data;
  const wrong = marks.filter((mark) => mark.ok === false).length;
  const compared = marks.filter((mark) => mark.ok != null).length;
  const four = PLACES.map((place) => story.data[place]);
  const unsure = four.find((one) => one != null && isUnknownStatus(one.returnStatus, one.returnStatusName))?.returnStatus ?? undefined;
  return (
    <>
      <div className="page-head">
        <h1>
          {t("menu.story")} <span className="mono">{keyOf(story.data)}</span>
        </h1>
        <span>
          {t("message.holder")}{" "}
          <strong>
            <Holder holder={holder} />
          </strong>
        </span>
      </div>
      {unsure !== undefined && (
        <Alert className="gap" type="warning" showIcon title={t("unsure.title", { status: unsure })} description={t("unsure.text")} />
      )}
      {compared > 0 && (
        <Alert
          className="gap"
          showIcon
          type={wrong > 0 ? "error" : unsure === undefined ? "success" : "info"}
          title={wrong === 0 ? t("story.allMatch", { n: compared }) : t("story.someDiffer", { n: wrong })}
        />
      )}
      <div className="four">
        {PLACES.map((place) => (
          <Card key={place} title={`story.${place}`} document={story.data[place]} refresh={() => void story.refetch()} />
        ))}
      </div>
      <div className="columns-21">
        <div>
          <div className="panel">
            <h2>{t("story.marks")}</h2>
            <Marks marks={marks} />
          </div>
          {others.length > 0 && (
            <div className="panel">
              <h2>{t("story.others")}</h2>
              <Table
                size="small"
                rowKey="documentId"
                dataSource={others}
                pagination={false}
                columns={[
                  { title: t("message.kind"), render: (_, one) => <Kind kind={one.kind} name={one.kindName} /> },
                  { title: t("outcome.title"), render: (_, one) => <Progress of={one} hasStatus /> },
                  { title: t("document.status"), render: (_, one) => <ReturnStatus status={one.returnStatus} name={one.returnStatusName} /> },
                  { title: t("correct.links"), render: (_, one) => <Links message={one} /> },
                  { title: t("list.operations"), render: (_, one) => <Link to={`/messages/${one.messageId}`}>{t("action.view")}</Link> },
                ]}
              />
            </div>
          )}
        </div>
        <div className="panel">
          <h2>{t("message.timeline")}</h2>
          <Timeline entries={timeline.map((step) => ({ ...step, holder: "" }))} />
        </div>
      </div>
    </>
  );
}

/** What people call it by: the number of the order, or the first number that any of its documents has. */
function keyOf(story: Story): string {
  const fields = PLACES.flatMap((place) => story[place]?.fields ?? []);
  const of = (element: string) => fields.find((field) => field.element === element)?.value;
  return of("orderNo") ?? of("logisticsNo") ?? of("copNo") ?? "";
}

interface CardProps {
  title: Word;
  document: StoryDocument | null | undefined;
  refresh: () => void;
}

function Card({ title, document, refresh }: CardProps) {
  const t = useT();
  const acts = useActs();
  const printing = usePrinting();
  if (document == null) {
    return (
      <section className="panel missing">
        <h2>{t(title)}</h2>
        <p className="soft">{t("story.missing")}</p>
      </section>
    );
  }
  return (
    // It scrolls by itself, so that the comparison below stays in sight; hence the keyboard reaches it.
    <section className={document.needsAction && acts ? "panel tall panel-act" : "panel tall"} tabIndex={0} aria-label={t(title)}>
      <h2>
        <Link to={`/messages/${document.messageId}`}>{t(title)}</Link>
      </h2>
      <p className="statuses">
        <Progress of={document} hasStatus />
        <ReturnStatus status={document.returnStatus} name={document.returnStatusName} isOver={isDealt(document)} />
      </p>
      <CorrectButton message={{ id: document.messageId, outcome: document.outcome, needsAction: document.needsAction }} />
      <Links message={document} />
      <p className="soft">{document.companyName}</p>
      <dl className="facts">
        {document.fields.map((field) => (
          <div key={field.element}>
            <FieldFact field={field} />
          </div>
        ))}
      </dl>
      {document.lines.length > 0 && (
        <details {...(printing ? { open: true } : {})}>
          <summary>{t("story.lines", { n: document.lines.length })}</summary>
          {document.lines.map((line, i) => (
            <dl className="facts line" key={i}>
              {line.map((field) => (
                <div key={field.element}>
                  <FieldFact field={field} />
                </div>
              ))}
            </dl>
          ))}
        </details>
      )}
      {document.receipts.length > 0 && (
        <details open>
          <summary>{t("story.receipts", { n: document.receipts.length })}</summary>
          {document.receipts.map((receipt) => (
            <p key={`${receipt.returnTime} ${receipt.returnStatus} ${receipt.kind}`} className="receipt">
              <ReturnStatus status={receipt.returnStatus} name={receipt.returnStatusName} />{" "}
              <span className="soft num">{customsTime(receipt.returnTime)}</span>{" "}
              <br />
              <Sentence text={receipt.returnInfo} />{" "}
              <br />
              <span className="soft"><Sentence text={receipt.explanation.meaning} /></span>
            </p>
          ))}
        </details>
      )}
      {document.masked && <Unmask id={document.messageId} done={refresh} />}
    </section>
  );
}

/** A field by its name in each language; times as people read them. */
function FieldFact({ field }: { field: StoryDocument["fields"][number] }) {
  const { language } = useLanguage();
  const { element, chinese, value, meaning } = field;
  const shown = language === "en" ? valueMeaning(element, value) : meaning;
  return (
    <>
      <dt title={element}>{language === "en" ? (elementName(element) ?? <span className="mono">{element}</span>) : chinese}</dt>
      <dd>
        {element.endsWith("Time") ? customsTime(value) : value} {shown != null && <span className="soft">{shown}</span>}
      </dd>
    </>
  );
}

function Marks({ marks }: { marks: Story["marks"] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="code"
      dataSource={marks}
      pagination={false}
      locale={{ emptyText: t("story.noMarks") }}
      columns={[
        {
          title: t("story.match"),
          width: 90,
          render: (_, mark) => <Verdict ok={mark.ok} />,
        },
        { title: t("story.rule"), render: (_, mark) => <Named family="mark" code={mark.code} chinese={mark.text} /> },
        { title: t("story.left"), render: (_, mark) => <span className="mono info">{mark.left}</span> },
        { title: t("story.right"), render: (_, mark) => <span className="mono info">{mark.right}</span> },
      ]}
    />
  );
}

function Verdict({ ok }: { ok: boolean | null | undefined }) {
  const t = useT();
  if (ok == null) return <span className="soft">{t("story.open")}</span>;
  return ok ? (
    <span className="yes">
      <CheckCircleFilled /> {t("story.same")}
    </span>
  ) : (
    <span className="no">
      <CloseCircleFilled /> {t("story.differs")}
    </span>
  );
}
