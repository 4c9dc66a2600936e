// The feed of receipts (回执流): append-only, read from any place, rewound at will.
import { DownloadOutlined, StepBackwardOutlined, StepForwardOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Empty, Input, Segmented, Space, Switch, Table, Tag } from "antd";
import { type FormEvent, useEffect, useId, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { call, save, send } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import { useCan } from "../../api/session";
import { customsTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Key } from "./Key";
import { MendedNotice, useMended } from "../../resource/Mended";
import { withoutStrange } from "../../resource/mending";
import { useScrolling } from "../../resource/sticky";
import { useDraft } from "../../resource/useDraft";
import { ErrorView } from "../../view/ErrorView";
import { Sentence } from "../../i18n/sentence";
import { Explanation } from "./Explanation";
import { Kind, ReturnStatus } from "./State";

const LIMIT = 50;

/** Whether a text is a place in the feed. */
const isCursor = (text: string): boolean => /^\d{1,18}$/.test(text);

/** Where the page reads: backwards from the newest, or the feed in its order. */
type Place = { before: string } | { after: string };

export function Receipts() {
  const t = useT();
  const scrolling = useScrolling();
  const [search, setSearch] = useSearchParams();
  const [following, follow] = useState(false);
  const better = withoutStrange(search, { after: isCursor, before: (text) => text === "end" || isCursor(text) }, "place");
  const lost = useMended(better);
  const asked = better?.search ?? search;
  const after = asked.get("after");
  const place: Place = after === null ? { before: asked.get("before") ?? "end" } : { after };
  const client = useQueryClient();
  const page = useQuery({
    queryKey: ["receipts", place],
    queryFn: ({ signal }) => call("GET", "/api/v1/receipts", { query: { ...place, limit: LIMIT }, signal }),
  });
  const items = page.data?.items ?? [];
  const next = page.data?.next ?? "0";
  const isEnd = page.data !== undefined && items.length < LIMIT;
  useLive(["receipt"], () => void client.invalidateQueries({ queryKey: ["receipts", place] }));
  // A full page means that there is more: whoever follows is taken on until the end.
  const goesOn = following && after !== null && items.length === LIMIT;
  useEffect(() => {
    if (goesOn) setSearch({ after: next }, { replace: true });
  }, [goesOn, next, setSearch]);
  return (
    <>
      <div className="page-head">
        <h1>{t("receipts.title")}</h1>
      </div>
      <p className="soft">{t("receipts.intro")}</p>
      <MendedNotice lost={lost} />
      <div className="panel">
        <div className="toolbar">
          <Segmented
            aria-label={t("receipts.order")}
            value={after === null ? "newest" : "feed"}
            onChange={(order) => setSearch(order === "newest" ? {} : { after: "0" })}
            options={[
              { value: "newest", label: t("receipts.newest") },
              { value: "feed", label: t("receipts.inOrder") },
            ]}
          />
          {after !== null && <Rewind after={after} go={(cursor) => setSearch({ after: cursor })} />}
          <Space>
            <ExportReceipts after={after ?? "0"} />
            {after !== null && (
              <label>
                <Switch checked={following} onChange={follow} aria-label={t("receipts.follow")} /> {t("receipts.follow")}
              </label>
            )}
            {after === null ? (
              <>
                <Button icon={<StepBackwardOutlined />} disabled={!search.has("before")} onClick={() => setSearch({})}>
                  {t("receipts.toNewest")}
                </Button>
                <Button type="primary" icon={<StepForwardOutlined />} disabled={isEnd} onClick={() => setSearch({ before: next })}>
                  {t("receipts.older")}
                </Button>
              </>
            ) : (
              <>
                <Button icon={<StepBackwardOutlined />} disabled={after === "0"} onClick={() => setSearch({ after: "0" })}>
                  {t("receipts.start")}
                </Button>
                <Button type="primary" icon={<StepForwardOutlined />} disabled={isEnd} onClick={() => setSearch({ after: next })}>
                  {t("receipts.more")}
                </Button>
              </>
            )}
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
              { title: t("receipt.time"), render: (_, receipt) => <span className="num nowrap">{customsTime(receipt.returnTime)}</span> },
              { title: t("receipt.kind"), render: (_, receipt) => <Kind kind={receipt.kind} /> },
              { title: t("receipt.status"), render: (_, receipt) => <ReturnStatus status={receipt.returnStatus} name={receipt.returnStatusName} /> },
              {
                title: t("receipt.info"),
                render: (_, receipt) => (
                  <div className="info said">
                    {receipt.unreadable && <Tag color="error">{t("receipt.unreadable")}</Tag>}
                    <Sentence text={receipt.returnInfo} />
                    <div className="soft"><Sentence text={receipt.explanation.meaning} /></div>
                  </div>
                ),
              },
              { title: t("receipt.key"), render: (_, receipt) => <Key kind={receipt.kind} text={receipt.documentKey} /> },
              {
                title: t("receipt.message"),
                render: (_, receipt) => <Link to={`/messages/${receipt.messageId}`}>{t("action.view")}</Link>,
              },
            ]}
          />
        ) : (
          <ErrorView error={page.error} retry={() => void page.refetch()} />
        )}
        {isEnd && items.length > 0 && <Alert className="after" type="info" showIcon title={t(after === null ? "receipts.oldest" : "receipts.end")} />}
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
      await save(await send("GET", "/api/v1/exports/receipts", { query: { after: Number(after) } }), "receipts.xlsx");
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
  const [typed, type] = useDraft(after);
  const isGood = isCursor(typed.trim());
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
