// A value in a cell.
import type { ReactNode } from "react";
import { count } from "../format/number";
import { dateTime } from "../format/time";
import type { Translate } from "../i18n";
import type { Column } from "./resource";

/** The value of a column as a person reads it. */
export function show<Row>(column: Column<Row>, row: Row, t: Translate): ReactNode {
  if (column.render !== undefined) return column.render(row);
  const value = column.value === undefined ? (row as Record<string, unknown>)[column.key] : column.value(row);
  if (value === null || value === undefined || value === "") return <span className="soft">–</span>;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.join(t("list.join"));
  switch (column.as) {
    case "time":
      return <span className="num nowrap">{dateTime(value as string | number)}</span>;
    case "number":
      return <span className="num">{typeof value === "number" ? count(value) : String(value)}</span>;
    case "code":
      return <span className="mono">{String(value)}</span>;
    case "text":
    case undefined:
      return String(value);
  }
}
