// The button that takes a list away as a file: the same filters, all pages, masked as the list is.
import { DownloadOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useState } from "react";
import { isDescribed, request, save, send } from "../api/client";
import { useCan, useSession } from "../api/session";
import { beijingDay } from "../format/time";
import { useT } from "../i18n";
import { listExport, operationOf } from "./exporting";
import { useProblem } from "./problem";
import type { Column, Resource } from "./resource";

interface Props<Row> {
  resource: Resource<Row>;
  columns: readonly Column<Row>[];
  filters: Readonly<Record<string, string | undefined>>;
}

export function Export<Row>({ resource, columns, filters }: Props<Row>) {
  const t = useT();
  const can = useCan();
  const { operations } = useSession();
  const problem = useProblem();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const { exportPath, exportNeeds } = resource;
  const query = { ...resource.fixed, ...filters };
  const own = exportPath !== undefined && exportNeeds !== undefined;
  const list = operationOf(resource);
  // A list without a route of its own name is not exported.
  const general = operations.includes(list) && isDescribed(list) && can("export_list");
  if (own ? !can(exportNeeds) : !general) return null;
  const ask = () => {
    if (own) return request("GET", exportPath, { path: resource.at, query });
    const body = JSON.stringify(listExport(resource, columns, query, t));
    return send("POST", "/api/v1/exports/list", { body, type: "application/json" });
  };
  const run = async () => {
    setBusy(true);
    try {
      await save(await ask(), `${t(resource.title)}-${beijingDay(Date.now())}.${resource.exportName ?? "xlsx"}`);
      void message.success(t("action.exported"));
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} loading={busy} onClick={() => void run()}>
      {t(resource.exportName === "csv" ? "action.exportCsv" : "action.export")}
    </Button>
  );
}
