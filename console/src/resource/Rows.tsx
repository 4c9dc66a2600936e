// The rows of a list as a table.
import { Empty, Button, Table } from "antd";
import { type Key, useState } from "react";
import { Link } from "react-router";
import { useCan } from "../api/session";
import { useT } from "../i18n";
import { Actions } from "./Actions";
import { EditButton } from "./Forms";
import { nested } from "./nested";
import type { Column, Resource } from "./resource";
import { show } from "./show";
import { directionOf, directionsOf, isSortable, pressedSort } from "./sorting";
import { useScrolling } from "./sticky";
import { useNarrow } from "../view/useNarrow";
import { usePrinting } from "./usePrinting";

interface RowsProps<Row> {
  resource: Resource<Row>;
  columns: readonly Column<Row>[];
  rows: Row[];
  loading: boolean;
  filtered: boolean;
  /** The order that holds, the platform's own, and how another is asked for. */
  order: { holds: string; own: string; set: (sort: string | undefined) => void };
  open: (row: Row) => void;
  refresh: () => void;
  selection?: { chosen: readonly string[]; choose: (keys: readonly string[]) => void; when: (row: Row) => boolean };
}

export function Rows<Row>({ resource, columns, rows, loading, filtered, order, open, refresh, selection }: RowsProps<Row>) {
  const t = useT();
  const can = useCan();
  const printing = usePrinting();
  // What stands fast at the edges would leave a narrow window nothing of the rest.
  const stays = !useNarrow();
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
    // The rows come in their order. Of a list that is here as a whole, a column that is drawn of several fields has none.
    ...(column.sort === undefined || (resource.whole === true && !isSortable(column, rows))
      ? {}
      : { sorter: true, showSorterTooltip: false, sortOrder: directionOf(column.sort, order.holds), sortDirections: directionsOf(column.sort, order.own) }),
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
            ...(stays ? { fixed: "right" as const } : {}),
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
              fixed: stays,
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
      onChange={(_, __, sorter, { action }) => {
        const pressed = Array.isArray(sorter) ? sorter[0] : sorter;
        if (action === "sort") order.set(pressedSort(columns, pressed?.columnKey, pressed?.order));
      }}
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
