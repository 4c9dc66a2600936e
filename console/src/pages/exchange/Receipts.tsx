// The feed of receipts (回执流): append-only, read from any place, rewound at will.
import { DownloadOutlined, StepBackwardOutlined, StepForwardOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Empty, Input, Space, Switch, Table } from "antd";
import { type FormEvent, useEffect, useId, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { call, save, send, withQuery } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import type { components } from "../../api/schema";
import { useCan } from "../../api/session";
import { customsTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Code } from "../../resource/show";
import { useScrolling } from "../../resource/sticky";
import { ErrorView } from "../../shell/ErrorView";
import { Told } from "../../i18n/told";
import { Explanation } from "./Explanation";
import { Kind, ReturnStatus } from "./State";

type Page = components["schemas"]["ReceiptPage"];
const LIMIT = 50;

export function Receipts() {
  const t = useT();
  const scrolling = useScrolling();
  const [search, setSearch] = useSearchParams();
  const [following, follow] = useState(false);
  const after = search.get("after") ?? "0";
  const client = useQueryClient();
  const page = useQuery({
    queryKey: ["receipts", after],
    queryFn: ({ signal }) => call<Page>("GET", withQuery("/api/v1/receipts", { after, limit: LIMIT }), undefined, signal),
  });
  const go = (cursor: string) => setSearch(cursor === "0" ? {} : { after: cursor });
  const items = page.data?.items ?? [];
  const next = page.data?.next ?? after;
  const isEnd = page.data !== undefined && items.length < LIMIT;
  useLive(["receipt"], () => void client.invalidateQueries({ queryKey: ["receipts", after] }));
  // A full page means that there is more: whoever follows is taken on until the end.
  useEffect(() => {
    if (following && items.length === LIMIT) setSearch({ after: next }, { replace: true });
  }, [following, items.length, next, setSearch]);
  return (
    <>
      <div className="page-head">
        <h1>{t("receipts.title")}</h1>
      </div>
      <p className="soft">{t("receipts.intro")}</p>
      <div className="panel">
        <div className="toolbar">
          <Rewind after={after} go={go} />
          <Space>
            <ExportReceipts after={after} />
            <label>
              <Switch checked={following} onChange={follow} aria-label={t("receipts.follow")} /> {t("receipts.follow")}
            </label>
            <Button icon={<StepBackwardOutlined />} disabled={after === "0"} onClick={() => go("0")}>
              {t("receipts.start")}
            </Button>
            <Button type="primary" icon={<StepForwardOutlined />} disabled={isEnd} onClick={() => go(next)}>
              {t("receipts.more")}
            </Button>
          </Space>
        </div>
        {graveOf(page) === undefined ? (
          <Table
            size="small"
            rowKey="cursor"
            loading={page.isPending}
            dataSource={items}
            pagination={false}
            {...scrolling}
            locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("receipts.empty")} /> }}
            expandable={{
              expandedRowRender: (receipt) => (
                <>
                  <Explanation explanation={receipt.explanation} />
                  <pre className="xml">{receipt.xml}</pre>
                </>
              ),
            }}
            columns={[
              { title: t("receipt.cursor"), dataIndex: "cursor", align: "right", className: "num" },
              { title: t("receipt.time"), render: (_, receipt) => <span className="nowrap">{customsTime(receipt.returnTime)}</span> },
              { title: t("receipt.kind"), render: (_, receipt) => <Kind kind={receipt.kind} /> },
              { title: t("receipt.status"), render: (_, receipt) => <ReturnStatus status={receipt.returnStatus} name={receipt.returnStatusName} /> },
              {
                title: t("receipt.info"),
                render: (_, receipt) => (
                  <div className="info said">
                    {receipt.returnInfo}
                    <div className="soft"><Told text={receipt.explanation.meaning} /></div>
                  </div>
                ),
              },
              { title: t("receipt.key"), render: (_, receipt) => <Code text={receipt.documentKey} /> },
              {
                title: t("receipt.message"),
                render: (_, receipt) => <Link to={`/messages/${receipt.messageId}`}>{t("action.view")}</Link>,
              },
            ]}
          />
        ) : (
          <ErrorView error={page.error} retry={() => void page.refetch()} />
        )}
        {isEnd && items.length > 0 && <Alert className="after" type="info" showIcon title={t("receipts.end")} />}
      </div>
    </>
  );
}

function ExportReceipts({ after }: { after: string }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const [busy, setBusy] = useState(false);
  if (!can("export_receipts")) return null;
  const run = async () => {
    setBusy(true);
    try {
      await save(await send("GET", "/api/v1/exports/receipts", { query: { after } }), "receipts.xlsx");
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} loading={busy} onClick={() => void run()}>
      {t("action.export")}
    </Button>
  );
}

function Rewind({ after, go }: { after: string; go: (cursor: string) => void }) {
  const t = useT();
  const id = useId();
  const [typed, type] = useState(after);
  useEffect(() => type(after), [after]);
  const isGood = /^\d{1,18}$/.test(typed.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isGood) go(typed.trim());
  };
  return (
    <form onSubmit={submit} className="rewind">
      <label htmlFor={id}>{t("receipts.from")}</label>
      <Input
        id={id}
        inputMode="numeric"
        maxLength={18}
        value={typed}
        status={isGood ? "" : "error"}
        aria-invalid={!isGood}
        onChange={(event) => type(event.target.value)}
      />
      <Button htmlType="submit" disabled={!isGood}>
        {t("receipts.rewind")}
      </Button>
      {!isGood && <span role="alert">{t("receipts.badCursor")}</span>}
    </form>
  );
}
