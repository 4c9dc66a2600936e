// Jobs that run by themselves (定时任务): which run now and how far they are, which failed, and how all of them ended.
import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { graveOf } from "../../api/problem";
import { dateTime, duration } from "../../format/time";
import { useLanguage, useT, type Word } from "../../i18n";
import { Named } from "../../i18n/names";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge, type Look } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { planOf } from "./jobPlan";
import { Detail, Far, Result, Took } from "./jobRun";

type Job = Item<"Page_JobView">;

const STATES: Readonly<Record<string, readonly [Look, Word]>> = {
  running: ["now", "job.running"],
  retrying: ["warn", "job.retrying"],
  failed: ["bad", "job.failed"],
  waiting: ["", "job.waiting"],
};

const jobs = defineResource({
  name: "jobs",
  title: "menu.jobs",
  intro: "job.intro",
  path: "/api/v1/jobs",
  whole: true,
  rowKey: (row) => row.id,
  // A job that has failed and waits for its next time wants somebody to look.
  rowClass: (row) => (row.state === "failed" ? "row-act" : ""),
  empty: "list.empty",
  filters: [
    {
      key: "state",
      label: "job.state",
      as: "select",
      options: Object.entries(STATES).map(([value, [, label]]) => ({ value, label })),
    },
  ],
  columns: [
    { key: "name", title: "job.name", render: (row) => <Purpose job={row} /> },
    { key: "state", title: "job.state", render: (row) => <State job={row} />, words: { running: "job.running", retrying: "job.retrying", failed: "job.failed", waiting: "job.waiting" } },
    { key: "dueAt", title: "job.dueAt", render: (row) => <Due job={row} /> },
    { key: "lastAt", title: "job.lastAt", as: "time", value: (row) => row.last?.startedAt, from: "last.startedAt" },
    { key: "took", title: "job.took", render: (row) => <Took run={row.last} />, from: "last.durationMs" },
    { key: "result", title: "audit.result", render: (row) => <Result result={row.last?.result} />, from: "last.result" },
    { key: "detail", title: "audit.detail", render: (row) => <Detail run={row.last} />, from: "last.detail" },
    { key: "schedule", title: "job.schedule", render: (row) => <Plan schedule={row.schedule} /> },
    { key: "nFailed", title: "job.nFailed", as: "number", extra: true },
  ],
  detail: (row) => <Runs job={row} />,
  detailTitle: (row) => <Named family="jobName" code={row.id} chinese={row.name} />,
  actions: [
    {
      key: "run",
      label: "job.run",
      needs: "run_job",
      reason: true,
      done: "job.asked",
      when: (row) => !row.isRunning,
      run: (row, reason) => call("POST", "/api/v1/jobs/{name}/run", { path: { name: row.id }, body: { reason } }),
    },
    {
      key: "cancel",
      label: "job.cancel",
      needs: "cancel_job",
      danger: true,
      reason: true,
      confirm: "job.cancelConfirm",
      done: "job.cancelAsked",
      when: (row) => row.isRunning && !row.isCancelling,
      run: (row, reason) => call("POST", "/api/v1/jobs/{name}/cancel", { path: { name: row.id }, body: { reason } }),
    },
  ],
});

/** The name of a job, and what it is for. */
function Purpose({ job }: { job: Job }) {
  const { language } = useLanguage();
  return (
    <span>
      <Named family="jobName" code={job.id} chinese={job.name} />
      <span className="info slim soft" style={{ display: "block" }}>
        {language === "en" ? job.aboutEn : job.about}
      </span>
    </span>
  );
}

/** What a job does now: how far it is and where, or how often it has failed. */
function State({ job }: { job: Job }) {
  const t = useT();
  const [look, word] = STATES[job.state] ?? ["", "job.waiting"];
  const { running } = job;
  return (
    <>
      <Badge look={job.isCancelling ? "warn" : look} word={job.isCancelling ? "job.cancelling" : word} />
      {running != null && <Far run={running} />}
      {running != null && (
        <div className="soft num">
          {duration(running.durationMs, t)}
          {running.node != null && ` · ${t("job.node", { n: running.node })}`}
        </div>
      )}
      {job.nFailed > 0 && <div className="soft">{t("job.failures", { n: job.nFailed })}</div>}
    </>
  );
}

function Due({ job }: { job: Job }) {
  const t = useT();
  if (job.dueAt == null) return <span className="soft">{t("job.onRequest")}</span>;
  return (
    <>
      <span className="num nowrap">{dateTime(job.dueAt)}</span>
      {job.isDueGuess && <div className="info slim late">{t("job.guess")}</div>}
    </>
  );
}

function Plan({ schedule }: { schedule: string }) {
  const t = useT();
  return <span className="num">{planOf(schedule, t)}</span>;
}

function Runs({ job }: { job: Job }) {
  const t = useT();
  const runs = useQuery({
    queryKey: ["job", job.id],
    queryFn: ({ signal }) => call("GET", "/api/v1/jobs/{name}/runs", { path: { name: job.id }, signal }),
  });
  if (graveOf(runs) !== undefined) return <ErrorView error={runs.error} retry={() => void runs.refetch()} />;
  if (runs.data === undefined) return <Loading />;
  return (
    <>
      <Purpose job={job} />
      <p>
        {t("job.schedule")}
        {t("list.colon")}
        <Plan schedule={job.schedule} />
      </p>
      <Table
        size="small"
        rowKey="id"
        className="runs"
        dataSource={runs.data.items}
        pagination={false}
        // The whole reason stands below each run: beside seven columns there is no room for a sentence.
        expandable={{ showExpandColumn: false, expandedRowKeys: runs.data.items.map((run) => run.id), expandedRowRender: (run) => <Detail run={run} /> }}
        scroll={{ x: "max-content" }}
        columns={[
          { title: t("job.lastAt"), render: (_, run) => <span className="num nowrap">{dateTime(run.startedAt)}</span> },
          { title: t("job.took"), render: (_, run) => <Took run={run} /> },
          { title: t("audit.who"), render: (_, run) => (run.askedBy === "" ? <span className="soft">{t("job.bySchedule")}</span> : run.askedBy) },
          { title: t("audit.result"), render: (_, run) => <Result result={run.result} /> },
          { title: t("job.attempt"), render: (_, run) => <span className="num">{run.attempt ?? "–"}</span> },
          { title: t("job.process"), render: (_, run) => <span className="num">{run.node ?? "–"}</span> },
          { title: t("job.far"), render: (_, run) => <Far run={run} /> },
        ]}
      />
    </>
  );
}

export function Jobs() {
  return <ResourceList resource={jobs} />;
}
