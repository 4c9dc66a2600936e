// The archive (归档): where it is, what is the matter, how long each class stays, and every part with how far it is proven.
import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Table } from "antd";
import { call } from "../../api/client";
import type { Item, Schema } from "../../api/types";
import { graveOf } from "../../api/problem";
import { bytes, count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useLanguage, useT, type Word } from "../../i18n";
import { defineResource, type Option } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge, type Look } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { keptWords, type Kept } from "./kept";

type Part = Item<"Page_ArchivePartView">;
type Line = Item<"Page_ArchivePlanView">;
type Status = Schema<"ArchiveStatus">;

const STATES: Readonly<Record<string, readonly [Look, Word]>> = {
  none: ["warn", "archive.none"],
  writing: ["now", "archive.writing"],
  written: ["warn", "archive.written"],
  verified: ["good", "archive.verified"],
  broken: ["bad", "archive.broken"],
  purging: ["now", "archive.purging"],
  purged: ["", "archive.purged"],
};

const CLASSES: readonly Option[] = (["payload", "trade", "log", "evidence"] as const).map((value) => ({
  value,
  label: `archive.class.${value}` as const,
}));

const CLASS_WORDS = { payload: "archive.class.payload", trade: "archive.class.trade", log: "archive.class.log", evidence: "archive.class.evidence" } as const;

const stateOptions = (states: readonly string[]): readonly Option[] =>
  states.map((value) => ({ value, label: STATES[value]?.[1] ?? "archive.none" }));

const STATE_WORDS: Readonly<Record<string, Word>> = Object.fromEntries(Object.entries(STATES).map(([state, [, word]]) => [state, word]));

function State({ state }: { state: string }) {
  const [look, word] = STATES[state] ?? ["", "archive.none"];
  return <Badge look={look} word={word} />;
}

function ClassName({ of }: { of: string }) {
  const t = useT();
  const known = CLASSES.find((one) => one.value === of);
  return <>{known === undefined ? of : t(CLASS_WORDS[of as keyof typeof CLASS_WORDS])}</>;
}

function KeptRows({ kept }: { kept: readonly Kept[] }) {
  const t = useT();
  return <div className="info">{keptWords(kept, t)}</div>;
}

const parts = defineResource({
  name: "archive-parts",
  title: "archive.parts",
  path: "/api/v1/archive/parts",
  whole: true,
  list: "archive_parts",
  rowKey: (row) => row.id,
  rowClass: (row) => (row.state === "broken" ? "row-act" : ""),
  empty: "archive.noParts",
  filters: [
    { key: "class", label: "archive.class", as: "select", options: CLASSES },
    { key: "state", label: "job.state", as: "select", options: stateOptions(["writing", "written", "verified", "broken", "purging", "purged"]) },
  ],
  columns: [
    { key: "folder", title: "archive.part", as: "code" },
    { key: "class", title: "archive.class", render: (row) => <ClassName of={row.class} />, words: CLASS_WORDS },
    { key: "state", title: "job.state", render: (row) => <PartState part={row} />, words: STATE_WORDS },
    { key: "nRows", title: "archive.rows", as: "number" },
    { key: "nBytes", title: "archive.size", render: (row) => <span className="num nowrap">{bytes(row.nBytes)}</span> },
    { key: "writtenAt", title: "archive.writtenAt", as: "time" },
    { key: "verifiedAt", title: "archive.verifiedAt", as: "time" },
    { key: "nPurged", title: "archive.nPurged", as: "number" },
    { key: "kept", title: "archive.kept", render: (row) => <KeptRows kept={row.kept} /> },
    { key: "nUnreadable", title: "archive.nUnreadable", as: "number", extra: true },
    { key: "sealedWith", title: "archive.sealedWith", as: "code", extra: true },
  ],
  detail: (row) => <PartDetail part={row} />,
  detailTitle: (row) => <span className="mono">{row.folder}</span>,
  actions: [
    {
      key: "verify",
      label: "archive.verifyAgain",
      needs: "verify_archive_part",
      reason: true,
      done: "archive.verifyAsked",
      when: (row) => row.state !== "writing",
      run: (row, reason) => call("POST", "/api/v1/archive/parts/{id}/verify", { path: { id: row.id }, body: { reason } }),
    },
  ],
});

/** How far a part is; of a broken one, why. */
function PartState({ part }: { part: Part }) {
  return (
    <>
      <State state={part.state} />
      {part.fault !== "" && <div className="info slim late">{part.fault}</div>}
    </>
  );
}

/** What the last proof found, and by what the part is known outside. */
function PartDetail({ part }: { part: Part }) {
  const t = useT();
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        { key: "state", label: t("job.state"), children: <PartState part={part} /> },
        { key: "at", label: t("archive.verifiedAt"), children: part.verifiedAt == null ? "–" : <span className="num">{dateTime(part.verifiedAt)}</span> },
        { key: "same", label: t("archive.nSame"), children: <span className="num">{count(part.nSame)}</span> },
        { key: "changed", label: t("archive.nChanged"), children: <span className="num">{count(part.nChanged)}</span> },
        { key: "gone", label: t("archive.nGone"), children: <span className="num">{count(part.nGone)}</span> },
        { key: "purged", label: t("archive.nPurged"), children: <span className="num">{count(part.nPurged)}</span> },
        { key: "kept", label: t("archive.kept"), children: <KeptRows kept={part.kept} /> },
        { key: "hash", label: t("archive.manifest"), children: <span className="mono">{part.manifestSha256}</span> },
        { key: "key", label: t("archive.sealedWith"), children: part.sealedWith === "" ? t("archive.unsealed") : <span className="mono">{part.sealedWith}</span> },
      ]}
    />
  );
}

const plan = defineResource({
  name: "archive-plan",
  title: "menu.retention",
  intro: "archive.planIntro",
  path: "/api/v1/archive/plan",
  whole: true,
  list: "archive_plan",
  rowKey: (row) => row.id,
  rowClass: (row) => (row.isOverdue || row.state === "broken" ? "row-act" : ""),
  empty: "archive.noMonths",
  filters: [
    { key: "class", label: "archive.class", as: "select", options: CLASSES },
    { key: "state", label: "job.state", as: "select", options: stateOptions(Object.keys(STATES)) },
  ],
  columns: [
    { key: "month", title: "archive.month", render: (row) => <span className="num nowrap">{row.month}</span> },
    { key: "class", title: "archive.class", render: (row) => <ClassName of={row.class} />, words: CLASS_WORDS },
    { key: "state", title: "job.state", render: (row) => <LineState line={row} />, words: STATE_WORDS },
    { key: "nRows", title: "archive.rowsHere", as: "number" },
    { key: "nBytes", title: "archive.size", render: (row) => <span className="num nowrap">{bytes(row.nBytes)}</span> },
    { key: "nParts", title: "archive.nParts", as: "number" },
    { key: "verifiedAt", title: "archive.verifiedAt", as: "time" },
    { key: "dueDay", title: "archive.dueDay", render: (row) => <Due line={row} /> },
    { key: "nPurged", title: "archive.nPurged", as: "number" },
    { key: "kept", title: "archive.kept", render: (row) => <KeptRows kept={row.kept} /> },
  ],
});

function LineState({ line }: { line: Line }) {
  const t = useT();
  return (
    <>
      <State state={line.state} />
      {line.isOverdue && <div className="info slim late">{t("archive.overdue")}</div>}
    </>
  );
}

function Due({ line }: { line: Line }) {
  const t = useT();
  return <span className="num nowrap">{line.dueDay ?? t("archive.forEver")}</span>;
}

/** What is the matter, the worst first; nothing when all is well. */
function Matter({ status }: { status: Status }) {
  const t = useT();
  if (status.url === "") return <Alert className="gap" type="warning" showIcon title={t("archive.notSet")} description={t("archive.notSetText")} />;
  return (
    <>
      {status.nBroken > 0 && <Alert className="gap" type="error" showIcon title={t("archive.someBroken", { n: status.nBroken })} description={t("archive.someBrokenText")} />}
      {status.nOverdue > 0 && <Alert className="gap" type="warning" showIcon title={t("archive.someOverdue", { n: status.nOverdue })} description={t("archive.someOverdueText")} />}
    </>
  );
}

/** Where the archive is, what is the matter, and the periods with their reasons. */
function Overview() {
  const t = useT();
  const { language } = useLanguage();
  const status = useQuery({ queryKey: ["archive"], queryFn: ({ signal }) => call("GET", "/api/v1/archive", { signal }) });
  if (graveOf(status) !== undefined) return <ErrorView error={status.error} retry={() => void status.refetch()} />;
  if (status.data === undefined) return <Loading />;
  const { data } = status;
  const days = (n: number | null | undefined) => (n == null ? t("archive.forEver") : t("archive.days", { n }));
  return (
    <>
      <Matter status={data} />
      <div className="panel">
        <Descriptions
          size="small"
          column={3}
          items={[
            { key: "url", label: t("archive.url"), children: data.url === "" ? "–" : <span className="mono">{data.url}</span> },
            { key: "parts", label: t("archive.parts"), children: <span className="num">{`${count(data.nParts)} · ${bytes(data.nBytes)}`}</span> },
            { key: "last", label: t("archive.lastWritten"), children: data.lastWrittenAt == null ? "–" : <span className="num">{dateTime(data.lastWrittenAt)}</span> },
          ]}
        />
        <Table
          size="small"
          rowKey="id"
          dataSource={data.classes}
          pagination={false}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t("archive.class"), render: (_, one) => (language === "en" ? one.nameEn : one.name) },
            { title: t("archive.online"), render: (_, one) => <span className="num nowrap">{days(one.days)}</span> },
            { title: t("archive.atLeast"), render: (_, one) => <span className="num nowrap">{one.leastDays == null ? "–" : t("archive.days", { n: one.leastDays })}</span> },
            { title: t("archive.basis"), render: (_, one) => (language === "en" ? one.basisEn : one.basis) },
          ]}
        />
      </div>
    </>
  );
}

export function Archive() {
  const t = useT();
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.archive")}</h1>
      </div>
      <p className="soft">{t("archive.intro")}</p>
      <Overview />
      <ResourceList resource={parts} />
    </>
  );
}

export function Retention() {
  return <ResourceList resource={plan} />;
}
