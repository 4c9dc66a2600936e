// The archive (归档): where it is, what is the matter, how long each class stays, and every part with how far it is proven.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Descriptions, Table } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { call, onActDone } from "../../api/client";
import { useCan } from "../../api/session";
import type { Item, Schema } from "../../api/types";
import { graveOf } from "../../api/problem";
import { bytes, count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useLanguage, useT, type Word } from "../../i18n";
import { archiveFault } from "../../i18n/archivePatterns";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { CLASS_WORDS, CLASSES, ClassName, KeptRows, State, STATE_WORDS, stateOptions } from "./archiveWords";
import { Detail, Far, Result } from "./jobRun";
import { KEPT_WORDS, keptCount } from "./kept";
import { useStatus, WithoutStore } from "./WithoutStore";

type Part = Item<"Page_ArchivePartView">;
type Status = Schema<"ArchiveStatus">;

const parts = defineResource({
  name: "archive-parts",
  title: "archive.parts",
  path: "/api/v1/archive/parts",
  whole: true,
  list: "archive_parts",
  rowKey: (row) => row.id,
  rowClass: (row) => (row.state === "broken" ? "row-act" : ""),
  todos: ["archive_broken"],
  empty: "archive.noParts",
  filters: [
    { key: "class", label: "archive.class", as: "select", options: CLASSES },
    { key: "state", label: "job.state", as: "select", options: stateOptions(["writing", "written", "verified", "broken", "superseded", "purging", "purged"]) },
  ],
  columns: [
    { key: "folder", title: "archive.part", as: "code" },
    { key: "class", title: "archive.class", render: (row) => <ClassName of={row.class} />, words: CLASS_WORDS },
    { key: "state", title: "job.state", render: (row) => <PartState part={row} />, words: STATE_WORDS },
    { key: "nRows", title: "archive.rows", as: "number" },
    { key: "nBytes", title: "archive.size", render: (row) => <span className="num nowrap">{bytes(row.nBytes)}</span> },
    { key: "writtenAt", title: "archive.writtenAt", as: "time", extra: true },
    { key: "verifiedAt", title: "archive.verifiedAt", as: "time" },
    { key: "nPurged", title: "archive.nPurged", as: "number" },
    { key: "kept", title: "archive.kept", render: (row) => <KeptRows kept={row.kept} />, value: (row) => keptCount(row.kept), from: "kept.why", words: KEPT_WORDS },
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
  const { t, language } = useLanguage();
  return (
    <>
      <State state={part.state} />
      {part.isProofAsked && <div className="info slim">{t("archive.proofAsked")}</div>}
      {part.state === "broken" && part.fault !== "" && <div className="info slim late">{language === "en" ? archiveFault(part.fault) : part.fault}</div>}
    </>
  );
}

const ADVICE: Readonly<Record<string, Word>> = { broken: "archive.brokenAdvice", superseded: "archive.supersededAdvice" };

/** What the last proof found, and by what the part is known outside. */
function PartDetail({ part }: { part: Part }) {
  const t = useT();
  const advice = ADVICE[part.state];
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        { key: "state", label: t("job.state"), children: <PartState part={part} /> },
        ...(advice === undefined ? [] : [{ key: "advice", label: t("archive.advice"), children: t(advice) }]),
        { key: "written", label: t("archive.writtenAt"), children: part.writtenAt == null ? "–" : <span className="num">{dateTime(part.writtenAt)}</span> },
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

/** What is the matter, the worst first; nothing when all is well. */
function Matter({ status }: { status: Status }) {
  const { t, language } = useLanguage();
  const can = useCan();
  const overdue = status.nOverdue > 0 && (
    <Alert
      className="gap"
      type="warning"
      showIcon
      title={t("archive.someOverdue", { n: status.nOverdue })}
      description={
        <>
          {t(status.url === "" ? "archive.someOverdueNotSet" : "archive.someOverdueText")}{" "}
          <span className="in-text">
            {can("archive_plan") && <Link to="/retention">{t("archive.toMonths")}</Link>} {can("jobs") && <Link to="/jobs">{t("menu.jobs")}</Link>}
          </span>
        </>
      }
    />
  );
  if (status.url === "") {
    return (
      <>
        <WithoutStore />
        {overdue}
      </>
    );
  }
  return (
    <>
      {status.away != null && <Alert className="gap" type="error" showIcon title={t("archive.away", { why: language === "en" ? archiveFault(status.away) : status.away })} description={t("archive.awayText")} />}
      {status.nBroken > 0 && <Alert className="gap" type="error" showIcon title={t("archive.someBroken", { n: status.nBroken })} description={t("archive.someBrokenText")} />}
      {overdue}
    </>
  );
}

/** The job that proves parts for which somebody asked. */
const PROOF = "archive.verify";

/** How often the page asks how far a proof is, in milliseconds, and how often whether there is one. */
const PROOF_MS = 2_000;
const QUIET_MS = 15_000;

/** The proof that somebody asked for: how far it is, or what the last one found. When one ends, all else is asked anew. */
function Proof() {
  const t = useT();
  const client = useQueryClient();
  const jobs = useQuery({
    queryKey: ["jobs", PROOF],
    queryFn: ({ signal }) => call("GET", "/api/v1/jobs", { signal }),
    select: (page) => page.items.find((one) => one.id === PROOF),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.id === PROOF && (one.isRunning || one.dueAt != null)) === true ? PROOF_MS : QUIET_MS),
  });
  const { refetch } = jobs;
  useEffect(() => {
    const stop = onActDone(() => void refetch());
    return () => void stop();
  }, [refetch]);
  const last = jobs.data === undefined ? undefined : (jobs.data.last?.id ?? "");
  const known = useRef(last);
  useEffect(() => {
    if (known.current !== undefined && last !== known.current) {
      void client.invalidateQueries({ queryKey: ["list", parts.name] });
      void client.invalidateQueries({ queryKey: ["archive"] });
      void client.invalidateQueries({ queryKey: ["todos"] });
    }
    known.current = last;
  }, [client, last]);
  const job = jobs.data;
  const run = job?.running ?? job?.last;
  if (job === undefined || run == null) return null;
  return (
    <div className="panel proof">
      <h2>{t("archive.proof")}</h2>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 4 }}
        items={[
          { key: "state", label: t("audit.result"), children: <Result result={run.result} /> },
          { key: "at", label: t("job.lastAt"), children: <span className="num nowrap">{dateTime(run.startedAt)}</span> },
          { key: "who", label: t("audit.who"), children: run.askedBy === "" ? t("job.bySchedule") : run.askedBy },
          ...(run.total == null ? [] : [{ key: "far", label: t("archive.proofRows"), children: <Far run={run} /> }]),
        ]}
      />
      {job.running == null && <Detail run={run} />}
      {job.state === "retrying" && job.dueAt != null && <p className="late">{t("archive.proofRetry", { at: dateTime(job.dueAt) })}</p>}
    </div>
  );
}

/** Where the archive is, what is the matter, and the periods with their reasons. */
function Overview() {
  const t = useT();
  const { language } = useLanguage();
  const status = useStatus();
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
  const can = useCan();
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.archive")}</h1>
      </div>
      <p className="soft">{t("archive.intro")}</p>
      <Overview />
      {can("jobs") && <Proof />}
      <ResourceList resource={parts} />
    </>
  );
}
