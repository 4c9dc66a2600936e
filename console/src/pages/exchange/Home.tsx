// The start of the day (工作台): today's counts, how far customs is behind, what was refused.
import { useQuery } from "@tanstack/react-query";
import { Button, Empty, Table } from "antd";
import { Suspense } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import { useCan, useSession } from "../../api/session";
import { overCategories, RED } from "../../charts/options";
import { count } from "../../format/number";
import { dateTime, duration } from "../../format/time";
import { useLanguage, useT } from "../../i18n";
import { ErrorView } from "../../shell/ErrorView";
import { lazily } from "../../shell/lazily";
import { Loading } from "../../shell/Loading";
import type { HomeAnswer } from "./types";

const Chart = lazily(async () => (await import("../../charts/Chart")).Chart);

export function Home() {
  const { t, language } = useLanguage();
  const can = useCan();
  const { company } = useSession();
  const home = useQuery({
    queryKey: ["home"],
    queryFn: ({ signal }) => call<HomeAnswer>("GET", "/api/v1/home", undefined, signal),
  });
  useLive(["message", "receipt", "count"], () => void home.refetch());
  if (graveOf(home) !== undefined) return <ErrorView error={home.error} retry={() => void home.refetch()} />;
  if (home.data === undefined) return <Loading />;
  const { day, kinds, lagMs, refusals, unsettled } = home.data;
  const sum = (of: (kind: HomeAnswer["kinds"][number]) => number) => kinds.reduce((total, kind) => total + of(kind), 0);
  const series = (["checked", "refused", "settled"] as const).map((name) => ({
    name: t(`home.${name}`),
    kind: "bar" as const,
    values: kinds.map((kind) => kind[name]),
    ...(name === "refused" ? { colour: RED } : {}),
  }));
  return (
    <>
      <div className="page-head">
        <h1>
          {company?.name ?? t("menu.home")} <span className="soft num">{day}</span>
        </h1>
        {can("preflight") && (
          <Link to="/declare">
            <Button type="primary">{t("menu.declare")}</Button>
          </Link>
        )}
      </div>
      <div className="tiles">
        <Tile label={t("home.checked")} value={count(sum((kind) => kind.checked))} />
        <Tile label={t("home.sent")} value={count(sum((kind) => kind.sent))} />
        <Tile label={t("home.settled")} value={count(sum((kind) => kind.settled))} look="good" />
        <Tile label={t("home.refused")} value={count(sum((kind) => kind.refused))} look={sum((kind) => kind.refused) > 0 ? "bad" : ""} />
        <Tile label={t("home.receipts")} value={count(sum((kind) => kind.receipts))} />
        <Tile label={t("home.unsettled")} value={count(unsettled)} />
        <Tile label={t("home.lag50")} value={duration(lagMs.p50)} />
        <Tile label={t("home.lag95")} value={duration(lagMs.p95)} />
      </div>
      <div className="columns-2">
        <div className="panel">
          <h2>{t("home.byKind")}</h2>
          {kinds.length === 0 ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("home.nothing")} />
          ) : (
            <Suspense fallback={<Loading />}>
              <Chart
                label={t("home.byKind")}
                option={overCategories(kinds.map((kind) => (language === "en" ? kind.kind : kind.kindName)), series, 30)}
              />
            </Suspense>
          )}
        </div>
        <div className="panel">
          <h2>{t("home.refusals")}</h2>
          <Refusals refusals={refusals} />
        </div>
      </div>
      <div className="panel">
        <h2>{t("home.today")}</h2>
        <KindTable kinds={kinds} />
      </div>
    </>
  );
}

export function Tile({ label, value, look = "" }: { label: string; value: string; look?: "good" | "bad" | "" }) {
  return (
    <div className={`tile ${look}`}>
      <b>{value}</b>
      <span>{label}</span>
    </div>
  );
}

function Refusals({ refusals }: { refusals: HomeAnswer["refusals"] }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={refusals}
      pagination={false}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("home.noRefusals")} /> }}
      columns={[
        { title: t("message.acceptanceNo"), render: (_, one) => <Link to={`/messages/${one.id}`}>{one.acceptanceNo}</Link> },
        { title: t("message.kind"), dataIndex: "kindName" },
        { title: t("message.receivedAt"), render: (_, one) => <span className="num nowrap">{dateTime(one.receivedAt)}</span> },
      ]}
    />
  );
}

function KindTable({ kinds }: { kinds: HomeAnswer["kinds"] }) {
  const t = useT();
  const figure = (name: "checked" | "refused" | "sent" | "settled" | "receipts") => ({
    title: t(`home.${name}`),
    align: "right" as const,
    render: (_: unknown, kind: HomeAnswer["kinds"][number]) => <span className="num">{count(kind[name])}</span>,
  });
  return (
    <Table
      size="small"
      rowKey="kind"
      dataSource={kinds}
      pagination={false}
      locale={{ emptyText: t("home.nothing") }}
      columns={[
        {
          title: t("message.kind"),
          render: (_, kind) => (
            <Link to={`/messages?kind=${kind.kind}`}>
              {kind.kindName} {kind.kind}
            </Link>
          ),
        },
        figure("checked"),
        figure("refused"),
        figure("sent"),
        figure("settled"),
        figure("receipts"),
      ]}
    />
  );
}
