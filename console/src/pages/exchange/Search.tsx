// Search anything (综合查询): an order, a waybill, a list, any number that somebody says on the telephone.
import { useQuery } from "@tanstack/react-query";
import { Empty, Input, Table } from "antd";
import { Link, useSearchParams } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useSession } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { useScrolling } from "../../resource/sticky";
import { useDraft } from "../../resource/useDraft";
import { ErrorView } from "../../view/ErrorView";
import { isDealt, Kind, Progress, ReturnStatus } from "./State";

export function Search() {
  const t = useT();
  const scrolling = useScrolling();
  const { workspaces } = useSession();
  const isStaff = workspaces.some((one) => one !== "company");
  const [search, setSearch] = useSearchParams();
  const asked = search.get("q")?.trim() ?? "";
  const [typed, type] = useDraft(asked);
  const found = useQuery({
    queryKey: ["search", asked],
    enabled: asked !== "",
    queryFn: ({ signal }) => call("GET", "/api/v1/search", { query: { q: asked }, signal }),
  });
  const hits = found.data?.items ?? [];
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.search")}</h1>
      </div>
      <div className="panel" role="search">
        <Input.Search
          size="large"
          autoFocus
          allowClear
          enterButton={t("action.search")}
          maxLength={100}
          aria-label={t("search.label")}
          placeholder={t("search.hint")}
          value={typed}
          loading={found.isLoading}
          onChange={(event) => type(event.target.value)}
          onSearch={(text) => setSearch(text.trim() === "" ? {} : { q: text.trim() })}
        />
      </div>
      {graveOf(found) !== undefined && <ErrorView error={found.error} retry={() => void found.refetch()} />}
      {asked !== "" && graveOf(found) === undefined && (
        <div className="panel">
          <Table
            size="small"
            rowKey={(hit) => `${hit.messageId} ${hit.documentId} ${hit.matchedBy}`}
            dataSource={hits}
            loading={found.isPending}
            pagination={hits.length > 50 ? { pageSize: 50 } : false}
            {...scrolling}
            locale={{
              emptyText: found.isPending ? " " : (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("search.nothing", { q: asked })} />
              ),
            }}
            columns={[
              { title: t("message.kind"), render: (_, hit) => <Kind kind={hit.kind} name={hit.kindName} /> },
              // A company finds its own only.
              ...(isStaff ? [{ title: t("message.company"), dataIndex: "companyName" }] : []),
              { title: t("search.matchedBy"), render: (_, hit) => <Named family="searchedBy" code={hit.matchedBy} chinese={hit.matchedName} /> },
              { title: t("document.orderNo"), render: (_, hit) => <span className="mono">{hit.orderNo ?? "–"}</span> },
              { title: t("document.logisticsNo"), render: (_, hit) => <span className="mono">{hit.logisticsNo ?? "–"}</span> },
              { title: t("document.invtNo"), render: (_, hit) => <span className="mono">{hit.invtNo ?? "–"}</span> },
              { title: t("outcome.title"), render: (_, hit) => <Progress of={hit} hasStatus /> },
              { title: t("document.status"), render: (_, hit) => <ReturnStatus status={hit.returnStatus} name={hit.returnStatusName} isOver={isDealt(hit)} /> },
              { title: t("message.receivedAt"), render: (_, hit) => <span className="num nowrap">{dateTime(hit.receivedAt)}</span> },
              {
                title: t("list.operations"),
                fixed: "right",
                render: (_, hit) => (
                  <span className="links">
                    <Link to={`/stories/${hit.documentId}`}>{t("menu.story")}</Link>
                    <Link to={`/messages/${hit.messageId}`}>{t("message.title")}</Link>
                  </span>
                ),
              },
            ]}
          />
        </div>
      )}
    </>
  );
}
