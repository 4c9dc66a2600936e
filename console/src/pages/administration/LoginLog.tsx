// The login log (登录日志).
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { filters, how, who } from "./logs";

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

export function LoginLog() {
  return <ResourceList resource={logins} />;
}
