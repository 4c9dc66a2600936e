// The login log and the operation log (登录日志、操作日志): two views of the audit, by person, time, result,
// address and act.
import { Descriptions } from "antd";
import type { Item } from "../../api/types";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { type Column, defineResource, type Filter } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { acts } from "./acts";
import { AuditDetail } from "./AuditDetail";
import { AuditObject } from "./AuditObject";
import { ActName, Result } from "./audit";

type Row = Item<"Page_LogView">;

const filters = (begin: string): Filter<"person" | "act" | "result" | "address" | "from" | "to">[] => [
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

const who: readonly Column<Row>[] = [
  { key: "at", title: "audit.at", as: "time" },
  { key: "person", title: "person.name" },
  { key: "login", title: "person.login", as: "code" },
  { key: "actName", title: "audit.act", render: (row) => <ActName act={row.act} name={row.actName} />, from: "actName" },
];

const how: readonly Column<Row>[] = [
  { key: "result", title: "audit.result", render: (row) => <Result result={row.result} /> },
  { key: "address", title: "audit.address", as: "code" },
  { key: "detail", title: "audit.detail", render: (row) => <div className="info"><AuditDetail text={row.detail} /></div> },
  { key: "number", title: "audit.number", as: "number", extra: true },
  { key: "requestId", title: "audit.requestId", as: "code", extra: true },
];

const logins = defineResource({
  name: "login-log",
  title: "menu.logins",
  path: "/api/v1/login-log",
  rowKey: (row) => String(row.number),
  empty: "audit.empty",
  filters: filters("login."),
  columns: [...who, ...how],
  exportPath: "/api/v1/exports/login-log",
  exportNeeds: "export_login_log",
});

const operations = defineResource({
  name: "operation-log",
  title: "menu.operations",
  path: "/api/v1/operation-log",
  rowKey: (row) => String(row.number),
  empty: "audit.empty",
  filters: filters(""),
  columns: [...who, { key: "object", title: "audit.object", render: (row) => <AuditObject object={row.object} /> }, ...how],
  detail: (row) => <Whole row={row} />,
  detailTitle: (row) => <ActName act={row.act} name={row.actName} />,
  exportPath: "/api/v1/exports/operation-log",
  exportNeeds: "export_operation_log",
});

function Whole({ row }: { row: Row }) {
  const t = useT();
  return (
    <Descriptions
      size="small"
      bordered
      column={1}
      items={[
        { key: "at", label: t("audit.at"), children: dateTime(row.at) },
        { key: "who", label: t("audit.who"), children: `${row.person} ${row.login}` },
        { key: "act", label: t("audit.act"), children: <ActName act={row.act} name={row.actName} withCode /> },
        { key: "object", label: t("audit.object"), children: <AuditObject object={row.object} /> },
        { key: "result", label: t("audit.result"), children: <Result result={row.result} /> },
        { key: "address", label: t("audit.address"), children: row.address },
        { key: "detail", label: t("audit.detail"), children: <AuditDetail text={row.detail} whole /> },
        { key: "request", label: t("audit.requestId"), children: <span className="mono">{row.requestId}</span> },
        { key: "number", label: t("audit.number"), children: count(row.number) },
      ]}
    />
  );
}

export function LoginLog() {
  return <ResourceList resource={logins} />;
}

export function OperationLog() {
  return <ResourceList resource={operations} />;
}
