// The operation log (操作日志).
import { Descriptions } from "antd";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { ActName, Result } from "./ActName";
import { AuditDetail } from "./AuditDetail";
import { AuditObject } from "./AuditObject";
import { filters, how, type Row, who } from "./logs";

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

export function OperationLog() {
  return <ResourceList resource={operations} />;
}
