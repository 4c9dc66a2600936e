// Statistics (统计) by day and kind: a company its own, staff what they see. Every figure leads to its list.
import { useQuery } from "@tanstack/react-query";
import { DatePicker, Empty, Table } from "antd";
import dayjs from "dayjs";
import { Suspense } from "react";
import { Link, useSearchParams } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { overCategories, RESULT_COLOURS } from "../../charts/options";
import { count } from "../../format/number";
import { beijingDay } from "../../format/time";
import { useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { MendedNotice, useMended } from "../../resource/Mended";
import { isDay, withoutStrange } from "../../resource/mending";
import { useScrolling } from "../../resource/sticky";
import { ErrorView } from "../../view/ErrorView";
import { lazily } from "../../view/lazily";
import { Loading } from "../../view/Loading";
import { FLOW, RESULTS, resultLook, results, resultsBy, total } from "./figures";
import { Kind } from "./State";
import { Tile } from "./Tile";
import type { DayCount, KindCount } from "./types";

const Chart = lazily(async () => (await import("../../charts/Chart")).Chart);
const DAY_MS = 86_400_000;

export function Statistics() {
  const t = useT();
  const named = useName();
  const [search, setSearch] = useSearchParams();
  const better = withoutStrange(search, { from: isDay, to: isDay });
  const lost = useMended(better);
  const asked = better?.search ?? search;
  const to = asked.get("to") ?? beijingDay(Date.now());
  const from = asked.get("from") ?? beijingDay(Date.now() - 29 * DAY_MS);
  const found = useQuery({
    queryKey: ["statistics", from, to],
    queryFn: ({ signal }) =>
      call("GET", "/api/v1/statistics", { query: { from, to }, signal }),
  });
  const rows = found.data?.items ?? [];
  const days = resultsBy(rows, (row) => row.day);
  const kinds = resultsBy(rows, (row) => row.kind);
  const sums = results(rows);
  const until = beijingDay(Date.parse(`${to}T00:00:00+08:00`) + DAY_MS);
  const name = (kind: string) => named("kind", kind);
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.statistics")}</h1>
        <DatePicker.RangePicker
          allowClear={false}
          aria-label={t("filter.dates")}
          value={[dayjs(from), dayjs(to)]}
          onChange={(range) => {
            const [first, last] = range ?? [];
            if (first != null && last != null) setSearch({ from: first.format("YYYY-MM-DD"), to: last.format("YYYY-MM-DD") });
          }}
        />
      </div>
      <MendedNotice lost={lost} />
      {graveOf(found) !== undefined && <ErrorView error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.data !== undefined && rows.length === 0 && <Empty description={t("statistics.none")} />}
      {rows.length > 0 && (
        <>
          <div className="tiles tiles-4">
            {RESULTS.map((result) => (
              <Tile
                key={result}
                label={t(`outcome.${result}`)}
                value={count(sums[result])}
                look={resultLook(result, sums[result])}
                to={`/messages?outcome=${result}&from=${from}&to=${until}`}
              />
            ))}
            {FLOW.map((figure) => (
              <Tile key={figure} label={t(`home.${figure}`)} value={count(total(rows)[figure])} />
            ))}
          </div>
          <p className="soft">{t("statistics.counted")}</p>
          <Suspense fallback={<Loading />}>
            <div className="columns-2">
              <div className="panel">
                <h2>{t("statistics.byDay")}</h2>
                <Chart
                  label={t("statistics.byDay")}
                  option={overCategories(
                    days.map(([day]) => day.slice(5)),
                    RESULTS.map((result) => ({
                      name: t(`outcome.${result}`),
                      // A line needs points; a day or two are bars.
                      kind: days.length > 2 ? "line" : "bar",
                      values: days.map(([, sum]) => sum[result]),
                      colour: RESULT_COLOURS[result],
                    })),
                  )}
                />
              </div>
              <div className="panel">
                <h2>{t("statistics.byKind")}</h2>
                <Chart
                  label={t("statistics.byKind")}
                  option={overCategories(
                    kinds.map(([kind]) => name(kind)),
                    RESULTS.map((result) => ({
                      name: t(`outcome.${result}`),
                      kind: "bar",
                      stack: true,
                      values: kinds.map(([, sum]) => sum[result]),
                      colour: RESULT_COLOURS[result],
                    })),
                    30,
                  )}
                />
              </div>
            </div>
          </Suspense>
          <div className="panel">
            <h2>{t("statistics.rows")}</h2>
            <Figures rows={rows} />
          </div>
        </>
      )}
    </>
  );
}

function Figures({ rows }: { rows: DayCount[] }) {
  const t = useT();
  const scrolling = useScrolling();
  const flow = total(rows);
  const sums = results(rows);
  return (
    <Table<DayCount>
      size="small"
      rowKey={(row) => `${row.day} ${row.kind}`}
      dataSource={[...rows].reverse()}
      pagination={rows.length > 50 ? { pageSize: 50 } : false}
      {...scrolling}
      columns={[
        { title: t("statistics.day"), dataIndex: "day", className: "num" },
        {
          title: t("message.kind"),
          render: (_, row) => (
            <Link to={`/messages?kind=${row.kind}&from=${row.day}&to=${beijingDay(Date.parse(`${row.day}T00:00:00+08:00`) + DAY_MS)}`}>
              <Kind kind={row.kind} name={row.kindName} />
            </Link>
          ),
        },
        ...RESULTS.map((result) => ({
          title: t(`outcome.${result}`),
          align: "right" as const,
          render: (_: unknown, row: KindCount) => (
            <span className="num">{count(row.outcomes[result])}</span>
          ),
        })),
        ...FLOW.map((figure) => ({
          title: t(`home.${figure}`),
          align: "right" as const,
          render: (_: unknown, row: KindCount) => <span className="num">{count(row[figure])}</span>,
        })),
      ]}
      summary={() => (
        <Table.Summary.Row>
          <Table.Summary.Cell index={0} colSpan={2}>
            <strong>{t("statistics.total")}</strong>
          </Table.Summary.Cell>
          {RESULTS.map((result, i) => (
            <Table.Summary.Cell key={result} index={i + 2} align="right">
              <strong className="num">{count(sums[result])}</strong>
            </Table.Summary.Cell>
          ))}
          {FLOW.map((figure, i) => (
            <Table.Summary.Cell key={figure} index={i + 2 + RESULTS.length} align="right">
              <strong className="num">{count(flow[figure])}</strong>
            </Table.Summary.Cell>
          ))}
        </Table.Summary.Row>
      )}
    />
  );
}
