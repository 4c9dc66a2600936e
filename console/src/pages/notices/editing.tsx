// The desk of the notices (公告管理): drafts, their publication by another person, and who has read them.
import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import type { Added, Changed, Item } from "../../api/types";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { choicesOf } from "../../resource/choices";
import { adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";
import { EntryBadge } from "../../view/EntryBadge";
import { ErrorView } from "../../view/ErrorView";
import { Audience, AUDIENCES } from "./Audience";
import { Blocks, Level } from "./NoticeText";

type Draft = Item<"Page_DraftView">;

const LEVELS = ["info", "important", "urgent"] as const;
const STATES = ["draft", "published", "withdrawn"] as const;

const fields = async (): Promise<FieldOf<Changed<"/api/v1/notices/{id}">>[]> => [
  { key: "title", label: "notice.title", required: true, max: 80 },
  { key: "category", label: "notice.category", as: "select", required: true, options: await choicesOf("notice_category") },
  { key: "level", label: "notice.level", as: "select", required: true, options: LEVELS.map((value) => ({ value, label: `notice.${value}` as const })) },
  { key: "audience", label: "notice.audience", as: "select", required: true, options: AUDIENCES.map((value) => ({ value, label: `audience.${value}` as const })) },
  { key: "text", label: "notice.text", as: "area", required: true, max: 10_000, hint: "notice.textHint" },
  { key: "from", label: "notice.from", as: "day", hint: "notice.fromHint" },
  { key: "until", label: "notice.until", as: "day", hint: "notice.untilHint" },
  { key: "isPinned", label: "notice.pinned", as: "switch" },
];

const isOwnDraft = (row: Draft) => row.isOwn && row.state === "draft" && !row.isPending;

const desk = defineResource({
  name: "notice-desk",
  title: "menu.noticeEditing",
  intro: "noticeEditing.intro",
  path: "/api/v1/notice-desk",
  rowKey: (row) => row.id,
  empty: "noticeEditing.empty",
  filters: [{ key: "state", label: "message.state", as: "select", options: STATES.map((value) => ({ value, label: `notice.${value}` as const })) }],
  columns: [
    { key: "title", title: "notice.title" },
    { key: "level", title: "notice.level", render: (row) => <Level level={row.level} /> },
    { key: "category", title: "notice.category", render: (row) => <EntryBadge dictionary="notice_category" code={row.category} /> },
    { key: "audience", title: "notice.audience", render: (row) => <Audience audience={row.audience} /> },
    { key: "state", title: "message.state", render: (row) => <State row={row} /> },
    { key: "author", title: "notice.author" },
    { key: "publisher", title: "notice.publisher" },
    { key: "readers", title: "notice.readers", as: "number" },
    { key: "publishedAt", title: "notice.publishedAt", as: "time" },
    { key: "until", title: "notice.until", as: "time", extra: true },
    { key: "withdrawn", title: "notice.withdrawn", extra: true },
  ],
  detail: (row) => <Whole row={row} />,
  detailTitle: (row) => row.title,
  create: adds({
    label: "notice.create",
    needs: "create_notice",
    initial: { level: "info", audience: "all", isPinned: false },
    fields,
    run: (values: Added<"/api/v1/notices">) => call("POST", "/api/v1/notices", { body: values }),
  }),
  edit: changes<Draft, Changed<"/api/v1/notices/{id}">>({
    needs: "change_notice",
    when: isOwnDraft,
    fields,
    values: (row) => ({ ...row }),
    run: (row, values: Changed<"/api/v1/notices/{id}">) => call("PUT", "/api/v1/notices/{id}", { path: { id: row.id }, body: values }),
  }),
  actions: [
    {
      key: "publish",
      label: "notice.ask",
      needs: "ask_notice",
      when: isOwnDraft,
      reason: true,
      confirm: "notice.askConfirm",
      done: "action.sentForApproval",
      run: (row, reason) => call("POST", "/api/v1/notices/{id}/publish", { path: { id: row.id }, body: { reason } }),
    },
    {
      key: "withdraw",
      label: "notice.withdraw",
      needs: "withdraw_notice",
      danger: true,
      when: (row) => row.state === "published",
      reason: true,
      confirm: "notice.withdrawConfirm",
      run: (row, reason) => call("POST", "/api/v1/notices/{id}/withdraw", { path: { id: row.id }, body: { reason } }),
    },
    {
      key: "remove",
      label: "action.delete",
      needs: "remove_notice",
      danger: true,
      when: isOwnDraft,
      confirm: "notice.removeConfirm",
      run: (row) => call("DELETE", "/api/v1/notices/{id}", { path: { id: row.id } }),
    },
  ],
});

function State({ row }: { row: Draft }) {
  if (row.isPending) return <Badge look="held" word="approval.pending" />;
  if (row.state === "published") return <Badge look="good" word="notice.published" />;
  return row.state === "draft" ? <Badge look="now" word="notice.draft" /> : <Badge look="" word="notice.withdrawn" />;
}

/** The notice as its readers see it, and who they are. */
function Whole({ row }: { row: Draft }) {
  const t = useT();
  return (
    <>
      <p className="soft num">{t("notice.valid", { from: dateTime(row.from), until: dateTime(row.until) })}</p>
      <Blocks blocks={row.blocks} />
      {row.withdrawn != null && <p className="soft">{row.withdrawn}</p>}
      {row.state !== "draft" && <Readers id={row.id} />}
    </>
  );
}

function Readers({ id }: { id: string }) {
  const t = useT();
  const readers = useQuery({
    queryKey: ["readers", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/notices/{id}/readers", { path: { id }, query: { limit: 500 }, signal }),
  });
  if (graveOf(readers) !== undefined) return <ErrorView error={readers.error} />;
  return (
    <>
      <h3>{t("notice.readerList")}</h3>
      <Table
        size="small"
        rowKey="login"
        loading={readers.isPending}
        dataSource={readers.data?.items ?? []}
        pagination={false}
        columns={[
          { title: t("person.name"), dataIndex: "name" },
          { title: t("person.login"), render: (_, one) => <span className="mono">{one.login}</span> },
          { title: t("notice.readAt"), render: (_, one) => <span className="num nowrap">{dateTime(one.at)}</span> },
        ]}
      />
    </>
  );
}

export function NoticeEditing() {
  return <ResourceList resource={desk} />;
}
