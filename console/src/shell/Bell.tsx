// The notices that nobody has read yet: the bell in the head, and important ones on the first page. The bell has a red
// dot while something that came back waits for its company; how much there is to do is counted by the list beside it.
import { BellOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Badge, Button, Popover } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { call } from "../api/client";
import { useCan } from "../api/session";
import type { Schema } from "../api/types";
import { dateTime } from "../format/time";
import { useT } from "../i18n";
import { type Notice, NoticeDialog } from "../pages/notices/NoticeText";
import { cameBack, TodoList, useTodos } from "./Todos";

/** How often the bell looks while the page is seen; it looks at once when somebody comes back. */
const LOOK_MS = 60_000;

function useBell() {
  const can = useCan();
  return useQuery({
    queryKey: ["bell"],
    queryFn: ({ signal }) => call<Schema<"BellView">>("GET", "/api/v1/notices/bell", undefined, signal),
    enabled: can("notice_bell"),
    refetchOnWindowFocus: "always",
    refetchInterval: LOOK_MS,
  });
}

export function Bell() {
  const t = useT();
  const bell = useBell();
  const [open, setOpen] = useState(false);
  const [shown, show] = useState<Notice>();
  const { unread = 0, items = [] } = bell.data ?? {};
  const back = cameBack(useTodos().data?.items ?? []);
  const label = [t("shell.unread", { n: unread }), ...(back.length > 0 ? [t("shell.cameBack")] : [])].join(t("list.semicolon"));
  const choose = (notice: Notice) => {
    setOpen(false);
    show(notice);
  };
  const content = (
    <div className="bell">
      {back.length > 0 && <TodoList items={back} done={() => setOpen(false)} />}
      {items.length === 0 && <p className="soft">{t("shell.noNotices")}</p>}
      <ul>
        {items.map((notice) => (
          <li key={notice.id}>
            <Button type="link" size="small" onClick={() => choose(notice)}>
              {notice.title}
            </Button>
            <span className="soft num">{dateTime(notice.publishedAt).slice(5, 16)}</span>
          </li>
        ))}
      </ul>
      <Link to="/notices" onClick={() => setOpen(false)}>
        {t("shell.allNotices")}
      </Link>
    </div>
  );
  return (
    <>
      <Popover trigger="click" placement="bottomRight" title={t("shell.unreadNotices")} content={content} open={open} onOpenChange={setOpen}>
        <Button type="text" className="bell-button" aria-label={label} title={label} aria-expanded={open}>
          <Badge dot={back.length > 0}>
            <BellOutlined />
          </Badge>{" "}
          <Badge count={unread} size="small" overflowCount={99} />
        </Button>
      </Popover>
      <NoticeDialog notice={shown} close={() => show(undefined)} />
    </>
  );
}

/** The important notices that were not read yet. */
export function ImportantNotices() {
  const t = useT();
  const bell = useBell();
  const [shown, show] = useState<Notice>();
  return (
    <>
      {(bell.data?.important ?? []).map((notice) => (
        <Alert
          key={notice.id}
          className="gap"
          showIcon
          type={notice.level === "urgent" ? "error" : "warning"}
          title={notice.title}
          action={
            <Button size="small" onClick={() => show(notice)}>
              {t("notice.open")}
            </Button>
          }
        />
      ))}
      <NoticeDialog notice={shown} close={() => show(undefined)} />
    </>
  );
}
