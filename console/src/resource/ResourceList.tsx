// The page of a resource: search on top, the table, what can be done, and pages by cursor.
import { LeftOutlined, ReloadOutlined, RightOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Empty, Select, Space, Table } from "antd";
import { type Key, type ReactNode, useCallback, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { jsonOf, type Query, request } from "../api/client";
import { graveOf } from "../api/problem";
import { useLive } from "../api/live";
import { useCan } from "../api/session";
import { useTodosChanged } from "../api/todos";
import { useT } from "../i18n";
import { ErrorView } from "../view/ErrorView";
import { Actions } from "./Actions";
import { ColumnChooser } from "./ColumnChooser";
import { Export } from "./Export";
import { CreateButton, EditButton } from "./Forms";
import * as cursor from "./cursor";
import { askedOf, PAGES, readFilters, readSize, SIZE, SIZES, writeFilters } from "./filters";
import type { Column, ListPage, Resource } from "./resource";
import { savedColumns } from "./saved";
import { SearchForm } from "./SearchForm";
import { show } from "./show";
import { useScrolling } from "./sticky";
import { usePrinting } from "./usePrinting";

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
  const place = resource.whole === true ? {} : { limit: size, after: cursor.current(stack) };
  const asked = askedOf(resource.filters ?? [], filters);
  const query: Query = { ...resource.fixed, ...asked, ...place };
  const client = useQueryClient();
  const list = useQuery({
    queryKey: ["list", resource.name, query],
    queryFn: ({ signal }) => read<Row>(resource, query, signal),
    placeholderData: keepPreviousData,
  });
  const refresh = useCallback(
    () => void client.invalidateQueries({ queryKey: ["list", resource.name] }),
    [client, resource.name],
  );
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
  return { list, filters, asked, stack, size, refresh, go, resize, filter };
}

export function ResourceList<Row>({ resource, extra, before }: Props<Row>) {
  const t = useT();
  const { list, filters, asked, stack, size, refresh, go, resize, filter } = useList(resource);
  const [opened, open] = useState<Row>();
  const [columns, setColumns] = useState(() =>
    savedColumns(localStorage, resource.name, resource.columns.map((column) => column.key)),
  );
  // Only the first page moves; behind it a reader would lose their place.
  useLive(stack.length === 0 ? (resource.live ?? []) : [], refresh);
  useTodosChanged(stack.length === 0 ? (resource.todos ?? []) : [], refresh);
  const shown = resource.columns.filter((column) =>
    columns === undefined ? column.extra !== true : columns.includes(column.key),
  );
  // The list asks by itself now and then: only who pressed the button is told that it is asked.
  const [pressed, setPressed] = useState(false);
  const press = () => {
    setPressed(true);
    void list.refetch().finally(() => setPressed(false));
  };
  const rows = list.data?.items ?? [];
  const [chosen, chooseRows] = useState<readonly string[]>([]);
  const can = useCan();
  const selection = resource.selection !== undefined && can(resource.selection.needs) ? resource.selection : undefined;
  const chosenRows = selection === undefined ? [] : rows.filter((row) => chosen.includes(resource.rowKey(row)) && selection.when(row));
  const chosenDone = () => {
    chooseRows([]);
    refresh();
  };
  const next = list.data?.next ?? undefined;
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
      {(resource.filters ?? []).length > 0 && (
        <SearchForm resource={resource.name} filters={resource.filters ?? []} values={filters} search={filter} />
      )}
      <div className="panel">
        <div className="toolbar">
          <Space>
            <Button icon={<ReloadOutlined />} onClick={press} loading={pressed && list.isFetching}>
              {t("action.refresh")}
            </Button>
            <Export resource={resource} columns={shown} filters={asked} />
          </Space>
          <ColumnChooser name={resource.name} columns={resource.columns} chosen={columns} choose={setColumns} />
        </div>
        {selection !== undefined && selection.bar(chosenRows, chosenDone)}
        {graveOf(list) !== undefined ? (
          <ErrorView error={list.error} retry={refresh} />
        ) : (
          <Rows
            resource={resource}
            columns={shown}
            rows={rows}
            loading={list.isPending}
            filtered={Object.keys(filters).length > 0}
            open={open}
            refresh={refresh}
            {...(selection === undefined ? {} : { selection: { chosen: chosenRows.map(resource.rowKey), choose: chooseRows, when: selection.when } })}
          />
        )}
        {resource.whole !== true && (
        <div className="pager">
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
        </div>
        )}
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

interface RowsProps<Row> {
  resource: Resource<Row>;
  columns: readonly Column<Row>[];
  rows: Row[];
  loading: boolean;
  filtered: boolean;
  open: (row: Row) => void;
  refresh: () => void;
  selection?: { chosen: readonly string[]; choose: (keys: readonly string[]) => void; when: (row: Row) => boolean };
}

function Rows<Row>({ resource, columns, rows, loading, filtered, open, refresh, selection }: RowsProps<Row>) {
  const t = useT();
  const can = useCan();
  const printing = usePrinting();
  const scrolling = useScrolling();
  const [closed, close] = useState<readonly string[]>([]);
  // A tree is open but for what the person has closed, so that what comes new is seen.
  const expandable = {
    expandedRowKeys: rows.map(resource.rowKey).filter((key) => !closed.includes(key)),
    onExpand: (isOpen: boolean, row: Row) => {
      const key = resource.rowKey(row);
      close(isOpen ? closed.filter((one) => one !== key) : [...closed, key]);
    },
  };
  const actions = (resource.actions ?? []).filter((action) => can(action.needs));
  const first = columns[0]?.key;
  const cell = (column: Column<Row>) => (_: unknown, row: Row) => {
    const value = show(column, row, t);
    if (column.key !== first) return value;
    if (resource.link !== undefined) return <Link to={resource.link(row)}>{value}</Link>;
    if (resource.detail === undefined) return value;
    return (
      <Button type="link" size="small" className="cell-link" onClick={() => open(row)}>
        {value}
      </Button>
    );
  };
  const table = columns.map((column) => ({
    key: column.key,
    title: t(column.title),
    render: cell(column),
    ...(column.width === undefined ? {} : { width: column.width }),
    ...(column.as === "number" ? { align: "right" as const } : {}),
  }));
  const forms = [...(resource.edit === undefined ? [] : [resource.edit]), ...(resource.forms ?? [])].filter((one) => can(one.needs));
  const acts =
    (actions.length === 0 && forms.length === 0) || printing
      ? []
      : [
          {
            key: "·acts",
            title: t("list.operations"),
            fixed: "right" as const,
            render: (_: unknown, row: Row) => (
              <>
                {forms.map((form) => (
                  <EditButton key={form.label ?? "action.edit"} row={row} edit={form} done={refresh} />
                ))}
                <Actions row={row} actions={actions} done={refresh} />
              </>
            ),
          },
        ];
  return (
    <Table<Row>
      size="small"
      rowKey={resource.rowKey}
      {...(resource.rowClass === undefined ? {} : { rowClassName: resource.rowClass })}
      {...(selection === undefined
        ? {}
        : {
            rowSelection: {
              fixed: true,
              selectedRowKeys: [...selection.chosen],
              onChange: (keys: Key[]) => selection.choose(keys.map(String)),
              getCheckboxProps: (row: Row) => ({ disabled: !selection.when(row), "aria-label": t("list.choose") }),
            },
          })}
      columns={[...table, ...acts]}
      {...(resource.parent === undefined
        ? { dataSource: rows }
        : { dataSource: nested(rows, resource.rowKey, resource.parent), expandable })}
      loading={loading}
      pagination={false}
      {...scrolling}
      locale={{
        emptyText: loading ? " " : (
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={t(filtered ? "list.emptyFiltered" : resource.empty)}
          />
        ),
      }}
    />
  );
}

/** Rows with those below them, as the table wants trees; the order stays. */
export function nested<Row>(rows: readonly Row[], key: (row: Row) => string, parent: (row: Row) => string | null | undefined): Row[] {
  const copies = new Map(rows.map((row) => [key(row), { ...row } as Row & { children?: Row[] }]));
  const tops: Row[] = [];
  for (const copy of copies.values()) {
    const above = copies.get(parent(copy) ?? "");
    if (above === undefined) tops.push(copy);
    else (above.children ??= []).push(copy);
  }
  return tops;
}
