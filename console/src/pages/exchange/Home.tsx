// The start of the day (工作台): today's counts, how far customs is behind, what was refused.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Table } from "antd";
import { Suspense } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import { useCan, useSession } from "../../api/session";
import { overCategories, RESULT_COLOURS } from "../../charts/options";
import { count } from "../../format/number";
import { dateTime, duration } from "../../format/time";
import { useT } from "../../i18n";
import { Named, useName } from "../../i18n/names";
import { ErrorView } from "../../view/ErrorView";
import { lazily } from "../../view/lazily";
import { Loading } from "../../view/Loading";
import { FITTING } from "../../resource/sticky";
import { RESULTS, resultLook } from "./figures";
import { Tile } from "./Tile";
import { BAD, Kind, Outcome } from "./State";
import { HandleButton } from "./ToDo";
import type { HomeAnswer } from "./types";

const MIB = 1 << 20;

const Chart = lazily(async () => (await import("../../charts/Chart")).Chart);

export function Home() {
  const t = useT();
  const named = useName();
  const can = useCan();
  const { company } = useSession();
  const home = useQuery({
    queryKey: ["home"],
    queryFn: ({ signal }) => call("GET", "/api/v1/home", { signal }),
  });
  useLive(["message", "receipt", "count"], () => void home.refetch());
  const isNew = useIsNew(home.data);
  if (graveOf(home) !== undefined) return <ErrorView error={home.error} retry={() => void home.refetch()} />;
  if (home.data === undefined) return <Loading />;
  const { day, kinds, lagMs, refusals, unsettled, outcomes, needsAction, quota } = home.data;
  const sum = (of: (kind: HomeAnswer["kinds"][number]) => number) => kinds.reduce((total, kind) => total + of(kind), 0);
  const series = RESULTS.map((name) => ({
    name: t(`outcome.${name}`),
    kind: "bar" as const,
    stack: true,
    values: kinds.map((kind) => kind.outcomes[name]),
    colour: RESULT_COLOURS[name],
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
      {quota?.isNear && <QuotaWarning quota={quota} />}
      {isNew && <FirstSteps />}
      {BAD.some((outcome) => needsAction[outcome] > 0) && (
        <section className="act-now" aria-label={t("home.act")}>
          <h2>{t("home.act")}</h2>
          <div className="tiles">
            {BAD.filter((outcome) => needsAction[outcome] > 0).map((outcome) => (
              <Tile
                key={outcome}
                label={t(`outcome.${outcome}`)}
                value={count(needsAction[outcome])}
                look="bad"
                to={`/messages?needsAction=true&outcome=${outcome}`}
              />
            ))}
          </div>
        </section>
      )}
      {!isNew && (
        <>
          <h2 className="tiles-head">{t("home.results")}</h2>
          <div className="tiles tiles-5">
            {RESULTS.map((outcome) => (
              <Tile
                key={outcome}
                label={t(`outcome.${outcome}`)}
                value={count(outcomes[outcome])}
                look={resultLook(outcome, outcomes[outcome])}
                to={`/messages?outcome=${outcome}&from=${day}`}
              />
            ))}
          </div>
          <h2 className="tiles-head">{t("home.flow")}</h2>
          <div className="tiles tiles-5">
            <Tile label={t("home.unsettled")} value={count(unsettled)} to="/messages?outcome=waiting" />
            <Tile label={t("home.sent")} value={count(sum((kind) => kind.sent))} to={`/messages?from=${day}`} />
            <Tile label={t("home.receipts")} value={count(sum((kind) => kind.receipts))} {...(can("receipts") ? { to: "/receipts" } : {})} />
            <Tile label={t("home.lag50")} value={duration(lagMs.p50, t)} />
            <Tile label={t("home.lag95")} value={duration(lagMs.p95, t)} />
          </div>
          <div className="columns-home">
            <div className="panel">
              <h2>{t("home.byKind")}</h2>
              {kinds.length === 0 ? (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("home.nothing")} />
              ) : (
                <Suspense fallback={<Loading />}>
                  <Chart
                    label={t("home.byKind")}
                    option={overCategories(kinds.map((kind) => named("kind", kind.kind, kind.kindName)), series, 30)}
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
            <KindTable kinds={kinds} day={day} />
          </div>
        </>
      )}
    </>
  );
}

/** Whether the company has never declared anything; asked only on a day without anything. */
function useIsNew(home: HomeAnswer | undefined): boolean {
  const can = useCan();
  const { company } = useSession();
  const isQuiet = home !== undefined && home.kinds.length === 0 && home.unsettled === 0 && BAD.every((outcome) => home.needsAction[outcome] === 0);
  const first = useQuery({
    queryKey: ["first-message", company?.id],
    queryFn: ({ signal }) => call("GET", "/api/v1/messages", { query: { limit: 1 }, signal }),
    enabled: isQuiet && company != null && can("messages"),
  });
  return isQuiet && first.data?.items.length === 0;
}

/** What a company does first, instead of figures that are all nought. */
function FirstSteps() {
  const t = useT();
  const can = useCan();
  return (
    <section className="panel" aria-label={t("home.welcome")}>
      <h2>{t("home.welcome")}</h2>
      <ol className="steps">
        {can("company") && (
          <li>
            <Link to="/company">{t("menu.company")}</Link>
            {t("list.colon")}
            {t("home.stepCompany")}
          </li>
        )}
        {can("preflight") && (
          <li>
            <Link to="/declare">{t("menu.declare")}</Link>
            {t("list.colon")}
            {t("home.stepDeclare")}
          </li>
        )}
        {can("keys") && (
          <li>
            <Link to="/keys">{t("menu.keys")}</Link>
            {t("list.colon")}
            {t("home.stepKeys")}
          </li>
        )}
      </ol>
    </section>
  );
}

/** That the next messages of the day may be refused; red when they are. */
function QuotaWarning({ quota }: { quota: NonNullable<HomeAnswer["quota"]> }) {
  const t = useT();
  const of = (used: number, most: number) => (most === 0 ? t("pipeline.unlimited", { n: count(used) }) : `${count(used)} / ${count(most)}`);
  const isFull = (used: number, most: number) => most > 0 && used >= most;
  const full = isFull(quota.messages, quota.messagesMax) || isFull(quota.bytes, quota.bytesMax);
  return (
    <Alert
      showIcon
      type={full ? "error" : "warning"}
      title={t(full ? "home.quotaFull" : "home.quotaNear", {
        messages: of(quota.messages, quota.messagesMax),
        mib: of(Math.ceil(quota.bytes / MIB), Math.floor(quota.bytesMax / MIB)),
      })}
      description={t("home.quotaHint")}
    />
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
      {...FITTING}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("home.noRefusals")} /> }}
      columns={[
        { title: t("message.acceptanceNo"), render: (_, one) => <Link to={`/messages/${one.id}`}>{one.acceptanceNo}</Link> },
        { title: t("message.kind"), render: (_, one) => <Named family="kind" code={one.kind} chinese={one.kindName} /> },
        { title: t("outcome.title"), render: (_, one) => <Outcome outcome={one.outcome} name={one.outcomeName} /> },
        { title: t("list.operations"), render: (_, one) => <HandleButton message={one} doing={one.doing} /> },
        { title: t("message.receivedAt"), render: (_, one) => <span className="num nowrap">{dateTime(one.receivedAt)}</span> },
      ]}
    />
  );
}

function KindTable({ kinds, day }: { kinds: HomeAnswer["kinds"]; day: string }) {
  const t = useT();
  const figure = (name: "checked" | "sent" | "receipts") => ({
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
            <Link to={`/messages?kind=${kind.kind}&from=${day}`}>
              <Kind kind={kind.kind} name={kind.kindName} />
            </Link>
          ),
        },
        figure("checked"),
        figure("sent"),
        ...RESULTS.map((result) => ({
          title: t(`outcome.${result}`),
          align: "right" as const,
          render: (_: unknown, kind: HomeAnswer["kinds"][number]) => {
            const n = kind.outcomes[result];
            return n === 0 ? <span className="num soft">0</span> : <Link className="num" to={`/messages?kind=${kind.kind}&outcome=${result}&from=${day}`}>{count(n)}</Link>;
          },
        })),
        figure("receipts"),
      ]}
    />
  );
}
