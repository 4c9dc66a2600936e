// One message (报文) and its whole life: documents, findings, receipts, timeline, bytes.
import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Descriptions, Space, Table, Tabs } from "antd";
import { useState, type ReactNode } from "react";
import { Link, useParams } from "react-router";
import { call, save, send } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import type { Schema } from "../../api/types";
import { useCan } from "../../api/session";
import { bytes, count } from "../../format/number";
import { customsTime, dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { usePrinting } from "../../resource/usePrinting";
import { useScrolling } from "../../resource/sticky";
import { Code } from "../../resource/show";
import { Sentence } from "../../i18n/sentence";
import { documentOf, doingsOf, standing } from "./documents";
import { Explanation } from "./Explanation";
import { FindingTable } from "./FindingTable";
import { Key } from "./Key";
import { ReleaseMatch } from "./ReleaseMatch";
import { CorrectButton, DealtWith, Dismiss, Links, Resume, ToDo } from "./ToDo";
import { Holder, isBad, isDealt, isUnknownStatus, Kind, Outcome, ReturnStatus, State } from "./State";
import { Timeline } from "./Timeline";
import { Unmask } from "./Unmask";

type Detail = Schema<"MessageDetail">;

export function MessagePage() {
  const { id = "" } = useParams();
  const client = useQueryClient();
  const message = useQuery({
    queryKey: ["message", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/messages/{id}", { path: { id }, signal }),
  });
  useLive(["message", "receipt"], () => void client.invalidateQueries({ queryKey: ["message", id] }));
  if (graveOf(message) !== undefined) return <ErrorView error={message.error} retry={() => void message.refetch()} />;
  if (message.data === undefined) return <Loading />;
  return <MessageView detail={message.data} />;
}

function MessageView({ detail }: { detail: Detail }) {
  const t = useT();
  const client = useQueryClient();
  return (
    <>
      <div className="page-head">
        <h1>
          {t("message.title")} <span className="mono">{detail.acceptanceNo}</span>
        </h1>
        <Space>
          <CorrectButton message={detail} large calm={!standing(detail).doings.some((one) => one.doing === "correct")} />
          <Dismiss message={detail} />
          <Resume message={detail} />
          <ReleaseMatch id={detail.id} state={detail.state} />
          <Unmask id={detail.id} done={() => void client.invalidateQueries({ queryKey: ["xml", detail.id] })} />
          <DownloadXml id={detail.id} name={`${detail.guid}.xml`} />
        </Space>
      </div>
      <ToDo message={detail} />
      {detail.unknownStatus != null && (
        <Alert className="gap" type="warning" showIcon title={t("unsure.title", { status: detail.unknownStatus })} description={t("unsure.text")} />
      )}
      <div className="panel">
        <Descriptions size="small" column={3} items={facts(detail, t)} />
        {/* What it was corrected by stands on top already, once it is dealt with. */}
        <Links message={isDealt(detail) ? { corrects: detail.corrects } : detail} />
      </div>
      <div className="columns-21">
        <div className="panel">
          <Sections
            first={detail.findings.length > 0 ? "findings" : "documents"}
            sections={[
              {
                key: "documents",
                label: `${t("message.documents")} (${count(detail.documents.length)})`,
                children: <Documents message={detail} />,
              },
              {
                key: "findings",
                label: `${t("message.findings")} (${count(detail.findings.length)})`,
                children: <FindingTable findings={detail.findings} empty="message.noFindings" />,
                isEmpty: detail.findings.length === 0,
              },
              {
                key: "receipts",
                label: `${t("message.receipts")} (${count(detail.receipts.length)})`,
                children: <ReceiptTable receipts={detail.receipts} documents={detail.documents} />,
                isEmpty: detail.receipts.length === 0,
              },
              { key: "xml", label: t("message.xml"), children: <Original message={detail} />, isScreenOnly: true },
            ]}
          />
        </div>
        <div className="panel">
          <h2>{t("message.timeline")}</h2>
          <Timeline entries={detail.timeline} message={detail} />
        </div>
      </div>
    </>
  );
}

interface Section {
  key: string;
  label: string;
  children: ReactNode;
  /** Not printed. */
  isScreenOnly?: boolean;
  /** There is nothing in it: not printed either. */
  isEmpty?: boolean;
}

/** On the screen behind tabs; on paper, which nobody can click, one below the other. */
function Sections({ sections, first }: { sections: readonly Section[]; first: string }) {
  const printing = usePrinting();
  if (!printing) return <Tabs defaultActiveKey={first} items={sections.map(({ key, label, children }) => ({ key, label, children }))} />;
  return sections
    .filter((section) => section.isScreenOnly !== true && section.isEmpty !== true)
    .map((section) => (
      <section key={section.key} className="gap">
        <h2>{section.label}</h2>
        {section.children}
      </section>
    ));
}

/** On the screen a long table has pages; on paper it is whole. */
function usePages(n: number): false | { pageSize: number } {
  const printing = usePrinting();
  return n > PAGE && !printing ? { pageSize: PAGE } : false;
}

const PAGE = 20;

/** Whose message it is; a company's own messages do not say. */
function Whose({ company: { id, name } }: { company: NonNullable<Detail["company"]> }) {
  const can = useCan();
  return can("company") ? <Link to={`/companies/${id}`}>{name}</Link> : name;
}

function facts(detail: Detail, t: ReturnType<typeof useT>) {
  const company = detail.company ?? undefined;
  return [
    { key: "kind", label: t("message.kind"), children: <Kind kind={detail.kind} name={detail.kindName} /> },
    {
      key: "outcome",
      label: t("outcome.title"),
      children: <Outcome outcome={detail.outcome} name={detail.outcomeName} needsAction={detail.needsAction} doing={standing(detail).doings[0]?.doing} isUnsure={detail.unknownStatus != null} />,
    },
    ...(company === undefined ? [] : [{ key: "company", label: t("message.company"), children: <Whose company={company} /> }]),
    // Of what was turned down the outcome says all; it is not simply settled.
    ...(isBad(detail.outcome) || detail.unknownStatus != null
      ? []
      : [{ key: "state", label: t("message.state"), children: <State state={detail.state} name={detail.stateName} outcome={detail.outcome} /> }]),
    { key: "holder", label: t("message.holder"), children: <Holder holder={detail.holder} /> },
    { key: "at", label: t("message.receivedAt"), children: <span className="num">{dateTime(detail.receivedAt)}</span> },
    { key: "since", label: t("message.since"), children: <span className="num">{dateTime(detail.since)}</span> },
    {
      key: "bytes",
      label: t("message.nBytes"),
      children: (
        <>
          {bytes(detail.nBytes)} {detail.bodyArchived != null && <Badge look="" word="archived.badge" />}
        </>
      ),
    },
    { key: "guid", label: t("message.guid"), span: 2, children: <span className="mono">{detail.guid}</span> },
  ];
}

function Documents({ message }: { message: Detail }) {
  const t = useT();
  const { documents } = message;
  const doings = doingsOf(message);
  const pages = usePages(documents.length);
  const scrolling = useScrolling();
  // Kinds have different numbers: a column that is empty for all is left out.
  const numbers = (["orderNo", "logisticsNo", "copNo", "preNo", "invtNo"] as const).filter((name) =>
    documents.some((document) => document[name] != null),
  );
  const column = (name: (typeof numbers)[number]) => ({ title: t(`document.${name}`), render: (_: unknown, document: Detail["documents"][number]) => <Code text={document[name] ?? ""} /> });
  return (
    <Table
      size="small"
      rowKey="number"
      dataSource={documents}
      pagination={pages}
      {...scrolling}
      columns={[
        { title: t("document.number"), dataIndex: "number", align: "right" },
        ...(numbers.length === 0 ? [{ title: t("document.key"), render: (_: unknown, document: Detail["documents"][number]) => <Key kind={message.kind} text={document.documentKey} whole /> }] : numbers.slice(0, 1).map(column)),
        {
          title: t("outcome.title"),
          render: (_, document) => (
            <>
              <Outcome outcome={document.outcome} name={document.outcomeName} needsAction={document.needsAction} doing={doings.get(document.number)} isUnsure={isUnknownStatus(document.returnStatus, document.returnStatusName)} />
              {isDealt(document) && (
                <div className="soft">
                  <DealtWith document={document} message={message} />
                </div>
              )}
            </>
          ),
        },
        {
          title: t("document.status"),
          render: (_, document) => (
            <ReturnStatus status={document.returnStatus} name={document.returnStatusName} isOver={isDealt(document)} />
          ),
        },
        { title: t("document.time"), render: (_, document) => <span className="num nowrap">{customsTime(document.returnTime)}</span> },
        // A list has five numbers: the others stand below each other.
        ...(numbers.length < 2 ? [] : [{ title: t("document.numbers"), render: (_: unknown, document: Detail["documents"][number]) => <Numbers of={document} names={numbers.slice(1)} /> }]),
      ]}
    />
  );
}

type NumberName = "orderNo" | "logisticsNo" | "copNo" | "preNo" | "invtNo";

function Numbers({ of, names }: { of: Detail["documents"][number]; names: readonly NumberName[] }) {
  const t = useT();
  return names
    .filter((name) => of[name] != null)
    .map((name) => (
      <div key={name}>
        <span className="soft nowrap">{t(`document.${name}`)}</span> <Code text={of[name] ?? ""} />
      </div>
    ));
}

interface ReceiptTableProps {
  receipts: Detail["receipts"];
  documents: Detail["documents"];
}

function ReceiptTable({ receipts, documents }: ReceiptTableProps) {
  const t = useT();
  const pages = usePages(receipts.length);
  const scrolling = useScrolling();
  const printing = usePrinting();
  const answered = (receipt: Detail["receipts"][number]) => {
    const document = documentOf(receipt, documents);
    return document === undefined ? <span className="soft">–</span> : document.number;
  };
  // What came back and is dealt with alarms nobody, in its receipts neither.
  const isSettled = (receipt: Detail["receipts"][number]) => {
    const document = documentOf(receipt, documents);
    return document === undefined ? documents.every((one) => !one.needsAction) : !document.needsAction;
  };
  return (
    <Table<Detail["receipts"][number]>
      size="small"
      rowKey="cursor"
      dataSource={receipts}
      pagination={pages}
      {...scrolling}
      locale={{ emptyText: t("message.noReceipts") }}
      // Nobody unfolds a row on paper.
      {...(printing
        ? {}
        : {
            expandable: {
              expandedRowRender: (receipt) => (
                <>
                  <Explanation explanation={receipt.explanation} />
                  <ReceiptXml receipt={receipt} />
                </>
              ),
            },
          })}
      columns={[
        ...(documents.length > 1 ? [{ title: <span className="keep">{t("receipt.document")}</span>, align: "right" as const, render: (_: unknown, receipt: Detail["receipts"][number]) => answered(receipt) }] : []),
        { title: t("receipt.kind"), render: (_, receipt) => <Kind kind={receipt.kind} /> },
        { title: t("receipt.status"), render: (_, receipt) => <ReturnStatus status={receipt.returnStatus} name={receipt.returnStatusName} isOver={isSettled(receipt)} /> },
        { title: t("receipt.time"), render: (_, receipt) => <span className="num nowrap">{customsTime(receipt.returnTime)}</span> },
        { title: t("receipt.info"), render: (_, receipt) => <div className="info"><Sentence text={receipt.returnInfo} /></div> },
        { title: t("explanation.meaning"), render: (_, receipt) => <div className="info"><Sentence text={receipt.explanation.meaning} /></div> },
      ]}
    />
  );
}

/** The original; one that is archived is fetched when somebody asks for it. */
function Original({ message }: { message: Detail }) {
  const t = useT();
  const [isAsked, ask] = useState(false);
  const month = message.bodyArchived;
  if (month == null || isAsked) return <Xml id={message.id} />;
  return (
    <Alert
      type="info"
      showIcon
      title={t("archived.title", { month })}
      description={t("archived.text")}
      action={<Button onClick={() => ask(true)}>{t("archived.fetch")}</Button>}
    />
  );
}

/** The XML of a receipt; one that is archived is fetched when somebody asks for it. */
function ReceiptXml({ receipt }: { receipt: Detail["receipts"][number] }) {
  const t = useT();
  const problem = useProblem();
  const [fetched, show] = useState<string>();
  if (receipt.archived == null || fetched !== undefined) return <pre className="xml">{fetched ?? receipt.xml}</pre>;
  const fetch = async () => {
    try {
      const path = { id: receipt.messageId, cursor: receipt.cursor };
      show(await (await send("GET", "/api/v1/messages/{id}/receipts/{cursor}/xml", { path })).text());
    } catch (error) {
      problem(error);
    }
  };
  return (
    <p>
      <span className="soft">{t("archived.title", { month: receipt.archived })} </span>
      <Button size="small" onClick={() => void fetch()}>
        {t("archived.fetch")}
      </Button>
    </p>
  );
}

function Xml({ id }: { id: string }) {
  const xml = useQuery({
    queryKey: ["xml", id],
    queryFn: async ({ signal }) => (await send("GET", "/api/v1/messages/{id}/xml", { path: { id }, signal })).text(),
    // What was stored never changes.
    refetchInterval: false,
    // It may have been shown with personal data: it is not kept behind another tab.
    gcTime: 0,
  });
  if (graveOf(xml) !== undefined) return <ErrorView error={xml.error} />;
  if (xml.data === undefined) return <Loading />;
  return (
    <pre className="xml" tabIndex={0}>
      {xml.data}
    </pre>
  );
}

function DownloadXml({ id, name }: { id: string; name: string }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  if (!can("xml")) return null;
  const download = async () => {
    try {
      await save(await send("GET", "/api/v1/messages/{id}/xml", { path: { id } }), name);
    } catch (error) {
      problem(error);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} onClick={() => void download()}>
      {t("message.downloadXml")}
    </Button>
  );
}
