// The pipeline as it runs (报文流转监控): what waits in which lane and how long, how much passes, and whether
// the database and the broker answer.
import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { useEffect, useState } from "react";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { useTodos } from "../../api/todos";
import type { Schema } from "../../api/types";
import { count } from "../../format/number";
import { dateTime, duration } from "../../format/time";
import { useT, type Word } from "../../i18n";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { State } from "../exchange/State";
import { Tile } from "../exchange/Tile";
import { backedUp, isSlow, looked } from "./backlog";
import { Drill, useDrill } from "./Drill";
import { NearQuota } from "./NearQuota";

type Answer = Schema<"Pipeline">;

/** The page asks this often while it is looked at. */
const EVERY_MS = 3000;
const QUEUES: readonly (readonly [string, string, Word])[] = [
  ["import", "up", "pipeline.importUp"],
  ["import", "down", "pipeline.importDown"],
  ["export", "up", "pipeline.exportUp"],
  ["export", "down", "pipeline.exportDown"],
];
/** A lane whose oldest message waits longer needs a look. */
const OLD_MS = 60_000;

export function Pipeline() {
  const found = useQuery({
    queryKey: ["pipeline"],
    queryFn: ({ signal }) => call("GET", "/api/v1/operator/pipeline", { signal }),
    refetchInterval: EVERY_MS,
  });
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading />;
  return <Seen now={found.data} />;
}

/** The queues that nobody empties, by what was told since the page was opened. */
function useBackedUp({ at, queues }: Answer): string[] {
  const [{ looks, last }, keep] = useState<{ looks: ReturnType<typeof looked>; last: string }>({ looks: [], last: "" });
  useEffect(() => {
    if (at !== last) keep({ looks: looked(looks, queues), last: at });
  }, [at, queues, looks, last]);
  return backedUp(looks);
}

function Seen({ now }: { now: Answer }) {
  const t = useT();
  const can = useCan();
  const silent = useDrill()?.outage === "silent";
  const stuck = useBackedUp(now);
  const todos = useTodos().data?.items;
  const waits = (kind: string) => todos?.find((one) => one.kind === kind)?.count;
  const unknown = waits("unknown_codes");
  const [broken = 0, overdue = 0] = [waits("archive_broken"), waits("archive_overdue")];
  const waiting = now.queues.reduce((sum, queue) => sum + (queue.depth ?? 0), 0);
  const broker = !now.brokerOk ? "silent" : stuck.length > 0 || (silent && waiting > 0) ? "backedUp" : silent ? "lineDown" : "answers";
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.pipeline")}</h1>
        <span className="soft num">{dateTime(now.at)}</span>
      </div>
      <Drill />
      <div className="tiles">
        <Tile label={t("pipeline.received")} value={count(now.received)} />
        <Tile label={t("pipeline.checked")} value={count(now.checked)} />
        <Tile
          label={now.sent > 0 ? `${t("pipeline.sent")}\n${t("pipeline.oldestOf", { time: duration(now.sentOldestMs, t) })}` : t("pipeline.sent")}
          value={count(now.sent)}
          look={isSlow(now) ? "warn" : ""}
        />
        <Tile label={t("menu.stuck")} value={count(now.held)} look={now.held > 0 ? "bad" : ""} {...(can("stuck") ? { to: "/operator/stuck" } : {})} />
        <Tile label={t("pipeline.parked")} value={count(now.parked)} look={now.parked > 0 ? "bad" : ""} {...(can("parked") ? { to: "/operator/parked" } : {})} />
        {unknown !== undefined && <Tile label={t("menu.unknownCodes")} value={count(unknown)} look={unknown > 0 ? "bad" : ""} {...(can("unknown_codes") ? { to: "/operator/unknown-codes" } : {})} />}
        {broken > 0 && <Tile label={t("pipeline.archiveBroken")} value={count(broken)} look="bad" {...(can("archive") ? { to: "/archive?state=broken" } : {})} />}
        {overdue > 0 && <Tile label={t("pipeline.archiveOverdue")} value={count(overdue)} look="bad" {...(can("archive_plan") ? { to: "/retention" } : {})} />}
        <Tile label={t("pipeline.databaseWaiting")} value={count(now.databaseWaiting)} />
      </div>
      <div className="columns-2">
        <div className="panel">
          <h2>{t("pipeline.rates")}</h2>
          <Rates rates={now.rates} />
        </div>
        <div className="panel">
          <h2>{t("pipeline.outside")}</h2>
          <dl className="facts wide-facts">
            <div>
              <dt>{t("pipeline.database")}</dt>
              <dd>{now.database}</dd>
            </div>
            <div>
              <dt>{t("pipeline.broker")}</dt>
              <dd>
                {now.broker.startsWith("built-in") ? t("pipeline.builtIn") : now.broker}{" "}
                <Badge look={broker === "answers" ? "good" : broker === "silent" ? "bad" : "warn"} word={`pipeline.${broker}`} />
              </dd>
            </div>
          </dl>
          <Table
            size="small"
            rowKey="name"
            dataSource={now.queues}
            pagination={false}
            columns={[
              { title: t("pipeline.queue"), render: (_, queue) => <QueueName name={queue.name} /> },
              { title: t("pipeline.depth"), align: "right", render: (_, queue) => <span className={stuck.includes(queue.name) ? "num no" : "num"}>{count(queue.depth)}</span> },
            ]}
          />
        </div>
      </div>
      <div className="panel">
        <h2>{t("pipeline.lanes")}</h2>
        <p className={isSlow(now) ? "late" : "soft"}>
          {now.sent > 0 && `${t("pipeline.withCustoms", { sent: count(now.sent), time: duration(now.sentOldestMs, t) })}${t("list.semicolon")}`}
          {t("pipeline.queued", { queued: count(waiting) })}
        </p>
        <Lanes lanes={now.lanes} />
      </div>
      <NearQuota companies={now.nearQuota} />
    </>
  );
}

/** The four queues by what passes through them; the name in the broker below. */
function QueueName({ name }: { name: string }) {
  const t = useT();
  const word = QUEUES.find(([direction, way]) => name.includes(direction) && name.includes(way))?.[2];
  return (
    <>
      {word !== undefined && <>{t(word)} </>}
      <span className="soft mono">{name}</span>
    </>
  );
}

function Rates({ rates }: { rates: Answer["rates"] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="state"
      dataSource={rates}
      pagination={false}
      columns={[
        { title: t("pipeline.into"), render: (_, rate) => (rate.state === "settled" ? <span className="badge">{t("state.settled")}</span> : <State state={rate.state} name={rate.stateName} />) },
        { title: t("pipeline.tenSeconds"), align: "right", render: (_, rate) => <span className="num">{count(rate.inTenSeconds)}</span> },
      ]}
    />
  );
}

function Lanes({ lanes }: { lanes: Answer["lanes"] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey={(lane) => `${lane.companyId} ${lane.direction} ${lane.state}`}
      dataSource={lanes}
      pagination={lanes.length > 50 ? { pageSize: 50 } : false}
      locale={{ emptyText: t("pipeline.nothingWaits") }}
      columns={[
        { title: t("message.company"), dataIndex: "companyName" },
        { title: t("message.direction"), render: (_, lane) => t(lane.direction === "export" ? "message.export" : "message.import") },
        { title: t("message.state"), render: (_, lane) => <State state={lane.state} /> },
        { title: t("pipeline.waiting"), align: "right", render: (_, lane) => <span className="num">{count(lane.waiting)}</span> },
        {
          title: t("pipeline.oldest"),
          align: "right",
          render: (_, lane) => <span className={lane.oldestMs > OLD_MS ? "no num" : "num"}>{duration(lane.oldestMs, t)}</span>,
        },
      ]}
    />
  );
}
