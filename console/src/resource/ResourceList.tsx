// The page of a resource: search on top, the table, what can be done, and pages by cursor.
import { LeftOutlined, ReloadOutlined, RightOutlined } from "@ant-design/icons";
import { keepPreviousData, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Select, Space } from "antd";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { jsonOf, type Query, request } from "../api/client";
import { graveOf, isMisasked } from "../api/problem";
import { useLive } from "../api/live";
import { useCan } from "../api/session";
import { useTodosChanged } from "../api/todos";
import { useT } from "../i18n";
import { ErrorView } from "../view/ErrorView";
import { BulkBar } from "./BulkBar";
import { ColumnChooser } from "./ColumnChooser";
import { Export } from "./Export";
import { Freshness } from "./Freshness";
import { PrintedFilters } from "./PrintedFilters";
import { CreateButton } from "./Forms";
import * as cursor from "./cursor";
import { MendedNotice, useMended } from "./Mended";
import { mended } from "./mending";
import { askedOf, PAGES, readFilters, readSize, SIZE, SIZES, writeFilters } from "./filters";
import type { Action, ListPage, Resource } from "./resource";
import { Rows } from "./Rows";
import { savedColumns } from "./saved";
import { SearchForm } from "./SearchForm";
import { NEWEST, ordered, readSort, SORT, sorted, writeSort } from "./sorting";
import { countedBy, type Total, totalOf } from "./total";
import { useChoices } from "./useOptions";

interface Props<Row> {
  resource: Resource<Row>;
  /** Buttons at the right of the title. */
  extra?: ReactNode;
  /** Between title and list. */
  before?: ReactNode;
}

/** A page of a list; the path of the resource says what its rows are. */
async function read<Row>({ path, at }: Resource<Row>, query: Query, signal: AbortSignal): Promise<ListPage<Row>> {
  return (await jsonOf(await request("GET", path, { path: at, query, signal }))) as ListPage<Row>;
}

/** Asks for the page of a list that the address describes. */
function useList<Row>(resource: Resource<Row>) {
  const [search, setSearch] = useSearchParams();
  const known = (resource.filters ?? []).map((filter) => filter.key);
  const filters = readFilters(search, known);
  const stack = cursor.read(search.get(PAGES));
  const size = readSize(search);
  const whole = resource.whole === true;
  const place = whole ? {} : { limit: size, after: cursor.current(stack) };
  const columns = ordered(resource);
  const own = resource.order ?? NEWEST;
  const sort = readSort(search, columns);
  const narrowed = askedOf(resource.filters ?? [], filters);
  const asked = sort === undefined || whole ? narrowed : { ...narrowed, [SORT]: sort };
  const query: Query = { ...resource.fixed, ...asked, ...place };
  const client = useQueryClient();
  // Counted with the first page that is read under these filters, and kept while pages are turned; nothing when the list is
  // too long for that. To count costs more than to read a page: what arrives by itself is no reason to do it again.
  const totalKey = ["list", resource.name, "total", resource.at, resource.fixed, narrowed];
  const { data: total } = useQuery<Total | null>({ queryKey: totalKey, queryFn: skipToken });
  const recounts = useRef(false);
  const ask = async (signal: AbortSignal) => {
    const counts = !whole && (recounts.current || client.getQueryData(totalKey) === undefined);
    const page = await read<Row>(resource, counts ? { ...query, count: true } : query, signal);
    if (counts) {
      recounts.current = false;
      client.setQueryData(totalKey, countedBy(page) ?? null);
    }
    return page;
  };
  const list = useQuery({
    queryKey: ["list", resource.name, query],
    queryFn: ({ signal }) => ask(signal),
    placeholderData: keepPreviousData,
  });
  const follow = useCallback(
    () => void client.invalidateQueries({ queryKey: ["list", resource.name] }),
    [client, resource.name],
  );
  const refresh = useCallback(() => {
    recounts.current = true;
    follow();
  }, [follow]);
  const go = (next: cursor.Stack) => {
    const address = new URLSearchParams(search);
    if (next.length === 0) address.delete(PAGES);
    else address.set(PAGES, cursor.write(next));
    setSearch(address);
  };
  const resize = (next: number) => {
    const address = writeFilters(search, [], {});
    address.set(SIZE, String(next));
    setSearch(address);
  };
  const filter = (values: Record<string, string | undefined>) => setSearch(writeFilters(search, known, values));
  const order = { holds: sort ?? own, own, set: (next: string | undefined) => setSearch(writeSort(search, next, own)) };
  const choices = useChoices(resource.name, resource.filters ?? [], filters);
  const better = mended(search, { filters: resource.filters ?? [], choices, columns, own, whole }, isMisasked(list.error));
  const lost = useMended(better);
  const items = list.data?.items ?? [];
  const rows = whole ? sorted(items, columns, order.holds) : items;
  return { list, rows, columns, total: total ?? undefined, filters, asked, stack, size, follow, refresh, recounts, go, resize, filter, order, lost, isMending: better !== undefined };
}

export function ResourceList<Row>({ resource, extra, before }: Props<Row>) {
  const t = useT();
  const { list, rows, columns: all, total, filters, asked, stack, size, follow, refresh, recounts, go, resize, filter, order, lost, isMending } = useList(resource);
  const [opened, open] = useState<Row>();
  const [columns, setColumns] = useState(() =>
    savedColumns(localStorage, resource.name, resource.columns.map((column) => column.key)),
  );
  // Only the first page moves; behind it a reader would lose their place.
  useLive(stack.length === 0 ? (resource.live ?? []) : [], follow);
  useTodosChanged(stack.length === 0 ? (resource.todos ?? []) : [], follow);
  const shown = all.filter((column) =>
    columns === undefined ? column.extra !== true : columns.includes(column.key),
  );
  // The list asks by itself now and then: only who pressed the button is told that it is asked.
  const [pressed, setPressed] = useState(false);
  const press = () => {
    setPressed(true);
    recounts.current = true;
    void list.refetch().finally(() => setPressed(false));
  };
  const [chosen, chooseRows] = useState<readonly string[]>([]);
  const can = useCan();
  const selection = resource.selection !== undefined && can(resource.selection.needs) ? resource.selection : undefined;
  const bulk = (resource.actions ?? []).filter((action) => action.bulk === true && can(action.needs));
  const when = choosable(selection?.when, bulk);
  const chosenRows = when === undefined ? [] : rows.filter((row) => chosen.includes(resource.rowKey(row)) && when(row));
  const chosenDone = () => {
    chooseRows([]);
    refresh();
  };
  const next = list.data?.next ?? undefined;
  // What is asked is not here yet: the rows of before tell nothing about how many there will be.
  const told = total === undefined && list.isPlaceholderData ? "" : totalOf(t, { n: rows.length, page: cursor.pageNumber(stack), hasNext: next !== undefined, total });
  return (
    <>
      <div className="page-head">
        <h1>{t(resource.title)}</h1>
        <Space>
          {extra}
          <CreateButton create={resource.create} done={refresh} />
        </Space>
      </div>
      {resource.intro !== undefined && <p className="soft">{t(resource.intro)}</p>}
      {before}
      <PrintedFilters resource={resource.name} filters={resource.filters ?? []} values={filters} page={resource.whole === true ? undefined : cursor.pageNumber(stack)} />
      {(resource.filters ?? []).length > 0 && (
        <SearchForm resource={resource.name} filters={resource.filters ?? []} values={filters} search={filter} />
      )}
      <MendedNotice lost={lost} />
      <div className="panel">
        <div className="toolbar">
          <Space>
            <Button icon={<ReloadOutlined />} onClick={press} loading={pressed && list.isFetching}>
              {t("action.refresh")}
            </Button>
            <Freshness at={list.dataUpdatedAt} isFailed={list.isError} follows={stack.length === 0 && (resource.live ?? []).length > 0} />
          </Space>
          <Space>
            <Export resource={resource} columns={shown} filters={asked} />
            <ColumnChooser name={resource.name} columns={resource.columns} chosen={columns} choose={setColumns} />
          </Space>
        </div>
        {selection !== undefined && selection.bar(chosenRows, chosenDone)}
        {bulk.length > 0 && <BulkBar resource={resource} actions={bulk} rows={chosenRows} done={chosenDone} />}
        {graveOf(list) !== undefined && !isMending ? (
          <ErrorView error={list.error} retry={refresh} />
        ) : (
          <Rows
            resource={resource}
            columns={shown}
            rows={rows}
            loading={list.isPending || isMending}
            filtered={Object.keys(filters).length > 0}
            order={order}
            open={open}
            refresh={refresh}
            {...(when === undefined ? {} : { selection: { chosen: chosenRows.map(resource.rowKey), choose: chooseRows, when } })}
          />
        )}
        <div className="pager">
          {list.data !== undefined && <span className="num">{told}</span>}
          {resource.whole !== true && (
            <>
              <span className="num">{t("list.page", { n: cursor.pageNumber(stack) })}</span>
              <Button icon={<LeftOutlined />} disabled={stack.length === 0} onClick={() => go(cursor.back(stack))}>
                {t("list.prev")}
              </Button>
              <Button
                icon={<RightOutlined />}
                iconPlacement="end"
                disabled={next === undefined || rows.length === 0}
                onClick={() => next !== undefined && go(cursor.forward(stack, next))}
              >
                {t("list.next")}
              </Button>
              <Select
                aria-label={t("list.size")}
                value={size}
                options={SIZES.map((n) => ({ value: n, label: t("list.sizeOf", { n }) }))}
                onChange={resize}
              />
            </>
          )}
        </div>
      </div>
      <Drawer
        open={opened !== undefined}
        onClose={() => open(undefined)}
        size={720}
        title={opened === undefined ? "" : (resource.detailTitle?.(opened) ?? t(resource.title))}
      >
        {opened !== undefined && resource.detail?.(opened)}
      </Drawer>
    </>
  );
}

/** Which rows can be chosen: those with which the list, or one of its acts on several, can do something. */
function choosable<Row>(listed: ((row: Row) => boolean) | undefined, bulk: readonly Action<Row>[]): ((row: Row) => boolean) | undefined {
  if (listed === undefined && bulk.length === 0) return undefined;
  return (row) => listed?.(row) === true || bulk.some((action) => action.when?.(row) ?? true);
}
