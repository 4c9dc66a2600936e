// Jobs that run by themselves (定时任务) and how they ended.
import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { graveOf } from "../../api/problem";
import { dateTime, duration } from "../../format/time";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";

type Run = Item<"Page_RunView">;


const jobs = defineResource({
  name: "jobs",
  title: "menu.jobs",
  intro: "job.intro",
  path: "/api/v1/jobs",
  whole: true,
  rowKey: (row) => row.id,
  empty: "list.empty",
  columns: [
    { key: "name", title: "job.name", render: (row) => <Named family="jobName" code={row.id} chinese={row.name} /> },
    { key: "every", title: "job.every", render: (row) => <Every seconds={row.everySeconds} />, from: "everySeconds" },
    { key: "isRunning", title: "job.running", value: (row) => row.isRunning },
    { key: "dueAt", title: "job.dueAt", as: "time" },
    { key: "lastAt", title: "job.lastAt", as: "time", value: (row) => row.last?.startedAt, from: "last.startedAt" },
    { key: "result", title: "audit.result", render: (row) => <Result result={row.last?.result} />, from: "last.result" },
    { key: "detail", title: "audit.detail", render: (row) => <Detail run={row.last} />, from: "last.detail" },
  ],
  detail: (row) => <Runs job={row.id} />,
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
  ],
});

function Every({ seconds }: { seconds: number }) {
  return <span className="num nowrap">{duration(seconds * 1000, useT())}</span>;
}

function Result({ result }: { result: string | null | undefined }) {
  switch (result) {
    case "done":
      return <Badge look="good" word="job.done" />;
    case "failed":
      return <Badge look="bad" word="job.failed" />;
    case "lost":
      return <Badge look="warn" word="job.lost" />;
    case "running":
      return <Badge look="now" word="job.running" />;
    default:
      return <span className="soft">–</span>;
  }
}

/** What a run did; one that found nothing to do says so. */
function Detail({ run }: { run: Run | null | undefined }) {
  const t = useT();
  if (run?.result === "done" && run.detail === "") return <span className="soft">{t("job.nothing")}</span>;
  return <div className="info">{run?.detail}</div>;
}

function Runs({ job }: { job: string }) {
  const t = useT();
  const runs = useQuery({
    queryKey: ["job", job],
    queryFn: ({ signal }) => call("GET", "/api/v1/jobs/{name}/runs", { path: { name: job }, signal }),
  });
  if (graveOf(runs) !== undefined) return <ErrorView error={runs.error} retry={() => void runs.refetch()} />;
  if (runs.data === undefined) return <Loading />;
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={runs.data.items}
      pagination={false}
      columns={[
        { title: t("job.lastAt"), render: (_, run) => <span className="num nowrap">{dateTime(run.startedAt)}</span> },
        { title: t("job.endedAt"), render: (_, run) => <span className="num nowrap">{dateTime(run.endedAt)}</span> },
        { title: t("audit.who"), render: (_, run) => (run.askedBy === "" ? <span className="soft">{t("job.bySchedule")}</span> : run.askedBy) },
        { title: t("audit.result"), render: (_, run) => <Result result={run.result} /> },
        { title: t("audit.detail"), render: (_, run) => <Detail run={run} /> },
      ]}
    />
  );
}

export function Jobs() {
  return <ResourceList resource={jobs} />;
}
