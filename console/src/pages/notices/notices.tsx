// Notices (通知公告) for whoever sits here: pinned ones first. Opening one is reading it.
import { PushpinFilled } from "@ant-design/icons";
import { useT } from "../../i18n";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";
import { EntryBadge } from "../../view/EntryBadge";
import { Level, type Notice, NoticeText } from "./NoticeText";

const notices = defineResource({
  name: "notices",
  title: "menu.notices",
  path: "/api/v1/notices",
  rowKey: (row) => row.id,
  empty: "notices.empty",
  columns: [
    { key: "title", title: "notice.title", render: (row) => <Title row={row} /> },
    { key: "level", title: "notice.level", render: (row) => <Level level={row.level} /> },
    { key: "category", title: "notice.category", render: (row) => <EntryBadge dictionary="notice_category" code={row.category} /> },
    { key: "isRead", title: "notice.isRead", render: (row) => (row.isRead ? <Badge look="" word="notice.read" /> : <Badge look="now" word="notice.new" />) },
    { key: "publishedAt", title: "notice.publishedAt", as: "time" },
    { key: "until", title: "notice.until", as: "time" },
  ],
  detail: (row) => <NoticeText notice={row} />,
  detailTitle: (row) => row.title,
});

function Title({ row }: { row: Notice }) {
  const t = useT();
  return (
    <>
      {row.isPinned && <PushpinFilled aria-label={t("notice.pinned")} />} {row.isRead ? row.title : <b>{row.title}</b>}
    </>
  );
}

export function Notices() {
  return <ResourceList resource={notices} />;
}
