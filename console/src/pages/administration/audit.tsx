// The audit (审计记录): every act of everybody in one chain, which nobody can change.
import { CheckOutlined } from "@ant-design/icons";
import { App, Button, Descriptions } from "antd";
import { useState } from "react";
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { type Column, defineResource, type Filter } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { type Age, BY_AGE } from "../../resource/sorting";
import { ActName, Result } from "./ActName";
import { AuditObject } from "./AuditObject";
import { AuditDetail } from "./AuditDetail";
import { acts } from "./acts";
import { objectAsked } from "./objectAsked";

type Row = Item<"Page_AuditView">;

const columns: readonly Column<Row, Age>[] = [
  { key: "number", title: "audit.number", as: "number" },
  { key: "at", title: "audit.at", as: "time", sort: BY_AGE },
  { key: "actor", title: "audit.who" },
  { key: "actName", title: "audit.act", render: (row) => <ActName act={row.act} name={row.actName} />, from: "actName" },
  { key: "object", title: "audit.object", render: (row) => <AuditObject object={row.object} /> },
  { key: "result", title: "audit.result", render: (row) => <Result result={row.result} /> },
  { key: "address", title: "audit.address", as: "code" },
  { key: "detail", title: "audit.detail", render: (row) => <div className="info"><AuditDetail text={row.detail} /></div> },
  { key: "requestId", title: "audit.requestId", as: "code", extra: true },
  { key: "act", title: "audit.actId", as: "code", extra: true },
];

const days: readonly Filter<"from" | "to">[] = [
  { key: "from", label: "filter.from", as: "day" },
  { key: "to", label: "filter.to", as: "day" },
];

const rows = defineResource({
  name: "audit",
  title: "menu.audit",
  intro: "audit.intro",
  path: "/api/v1/audit",
  rowKey: (row) => String(row.number),
  columns,
  empty: "audit.empty",
  detail: (row) => <Whole row={row} />,
  detailTitle: (row) => <ActName act={row.act} name={row.actName} />,
  exportPath: "/api/v1/audit/export",
  exportNeeds: "audit_export",
  exportName: "csv",
  filters: [{ key: "act", label: "audit.act", as: "select", options: () => acts("") }, { key: "object", label: "audit.object", hint: "audit.objectHint", help: "audit.objectHelp", asked: objectAsked }, ...days],
});

function Whole({ row }: { row: Row }) {
  const t = useT();
  return (
    <Descriptions
      size="small"
      bordered
      column={1}
      items={[
        { key: "number", label: t("audit.number"), children: count(row.number) },
        { key: "at", label: t("audit.at"), children: dateTime(row.at) },
        { key: "who", label: t("audit.who"), children: `${row.actor} ${row.actorId ?? ""}` },
        { key: "act", label: t("audit.act"), children: <ActName act={row.act} name={row.actName} withCode /> },
        { key: "object", label: t("audit.object"), children: <AuditObject object={row.object} /> },
        { key: "result", label: t("audit.result"), children: <Result result={row.result} /> },
        { key: "address", label: t("audit.address"), children: row.address },
        { key: "request", label: t("audit.requestId"), children: <span className="mono">{row.requestId}</span> },
        { key: "detail", label: t("audit.detail"), children: <AuditDetail text={row.detail} whole /> },
        { key: "hash", label: t("audit.hash"), children: <span className="mono break">{row.hash}</span> },
      ]}
    />
  );
}

/** Asks the platform to check the whole chain of hashes. */
function Verify() {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const { modal } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (!can("audit_verify")) return null;
  const run = async () => {
    setBusy(true);
    try {
      const verdict = await call("GET", "/api/v1/audit/verify");
      const content = (
        <>
          <p>{verdict.ok ? t("audit.whole", { n: count(verdict.rows) }) : t("audit.broken", { n: count(verdict.brokenAt) })}</p>
          <p className="soft">{t("audit.head")}</p>
          <code className="break">{verdict.head}</code>
        </>
      );
      if (verdict.ok) modal.success({ title: t("audit.verify"), content });
      else modal.error({ title: t("audit.verify"), content });
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<CheckOutlined />} loading={busy} onClick={() => void run()}>
      {t("audit.verify")}
    </Button>
  );
}

export function AuditRows() {
  return <ResourceList resource={rows} extra={<Verify />} />;
}
