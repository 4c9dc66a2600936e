// What the login log and the operation log have in common (登录日志、操作日志): two views of the audit, by person, time,
// result, address and act.
import type { Item } from "../../api/types";
import type { Column, Filter } from "../../resource/resource";
import { type Age, BY_AGE } from "../../resource/sorting";
import { ActName, Result } from "./ActName";
import { acts } from "./acts";
import { AuditDetail } from "./AuditDetail";

export type Row = Item<"Page_LogView">;

export const filters = (begin: string): Filter<"person" | "act" | "result" | "address" | "from" | "to">[] => [
  { key: "person", label: "log.person", hint: "users.qHint", help: "users.qHelp" },
  { key: "act", label: "audit.act", as: "select", options: () => acts(begin) },
  {
    key: "result",
    label: "audit.result",
    as: "select",
    options: [
      { value: "done", label: "audit.done" },
      { value: "refused", label: "audit.refused" },
    ],
  },
  { key: "address", label: "audit.address" },
  { key: "from", label: "filter.from", as: "day" },
  { key: "to", label: "filter.to", as: "day" },
];

export const who: readonly Column<Row, Age>[] = [
  { key: "at", title: "audit.at", as: "time", sort: BY_AGE },
  { key: "person", title: "person.name" },
  { key: "login", title: "person.login", as: "code" },
  { key: "actName", title: "audit.act", render: (row) => <ActName act={row.act} name={row.actName} />, from: "actName" },
];

export const how: readonly Column<Row, Age>[] = [
  { key: "result", title: "audit.result", render: (row) => <Result result={row.result} /> },
  { key: "address", title: "audit.address", as: "code" },
  { key: "detail", title: "audit.detail", render: (row) => <div className="info"><AuditDetail text={row.detail} /></div> },
  { key: "number", title: "audit.number", as: "number", extra: true },
  { key: "requestId", title: "audit.requestId", as: "code", extra: true },
];
