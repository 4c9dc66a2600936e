// A value in a cell.
import { Fragment, type ReactNode } from "react";
import { count } from "../format/number";
import { dateTime } from "../format/time";
import type { Translate } from "../i18n";
import type { Column } from "./resource";

/** Letters in a code from which on it may be broken anywhere. */
const WHOLE_MAX = 28;

/** A code: whole if it is short, else broken between the parts of which it is made, as a business key is. */
export function Code({ text }: { text: string }) {
  const parts = text.split("|");
  return (
    <span className="mono">
      {parts.map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <wbr />}
          <span className={part.length > WHOLE_MAX ? "break" : "nowrap"}>{i < parts.length - 1 ? `${part}|` : part}</span>
        </Fragment>
      ))}
    </span>
  );
}

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
      return <Code text={String(value)} />;
    case "text":
    case undefined:
      return String(value);
  }
}
