// The notices that nobody has read yet: the bell in the head, and important ones on the first page. The bell has a red
// dot while something that came back waits for its company; how much there is to do is counted by the list beside it.
import { BellOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Badge, Button, Popover } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { useTodos } from "../../api/todos";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { caseNews } from "../cases/caseNews";
import { cameBack, TodoList } from "../shared/Todos";
import { type Notice, NoticeDialog } from "./NoticeText";

/** How often the bell looks while the page is seen; it looks at once when somebody comes back. */
const LOOK_MS = 60_000;

function useBell() {
  const can = useCan();
  return useQuery({
    queryKey: ["bell"],
    queryFn: ({ signal }) => call("GET", "/api/v1/notices/bell", { signal }),
    enabled: can("notice_bell"),
    refetchOnWindowFocus: "always",
    refetchInterval: LOOK_MS,
  });
}

/** The applications that were granted lately and not looked at yet. */
function useCaseNews() {
  const can = useCan();
  const { data } = useQuery({
    queryKey: ["bell", "cases"],
    queryFn: ({ signal }) => call("GET", "/api/v1/cases", { query: { state: "done", limit: 20 }, signal }),
    enabled: can("open_case") && can("cases"),
    refetchOnWindowFocus: "always",
    refetchInterval: LOOK_MS,
  });
  return caseNews(localStorage, data?.items ?? [], Date.now());
}

export function Bell() {
  const t = useT();
  const bell = useBell();
  const granted = useCaseNews();
  const [open, setOpen] = useState(false);
  const [shown, show] = useState<Notice>();
  const { unread = 0, items = [] } = bell.data ?? {};
  const back = cameBack(useTodos().data?.items ?? []);
  const label = [t("shell.unread", { n: unread }), ...(back.length > 0 ? [t("shell.cameBack")] : []), ...(granted.length > 0 ? [t("shell.granted")] : [])].join(t("list.semicolon"));
  const choose = (notice: Notice) => {
    setOpen(false);
    show(notice);
  };
  const content = (
    <div className="bell">
      {back.length > 0 && (
        <>
          <h3>{t("shell.toDoNow")}</h3>
          <TodoList items={back} done={() => setOpen(false)} />
        </>
      )}
      {granted.length > 0 && (
        <>
          <h3>{t("shell.granted")}</h3>
          <ul>
            {granted.map((one) => (
              <li key={one.id}>
                <Link to={`/cases/${one.id}`} onClick={() => setOpen(false)}>
                  {one.title}
                </Link>
                <span className="soft num">{dateTime(one.changedAt).slice(5, 16)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{t("shell.unreadNotices")}</h3>
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
      <Popover trigger="click" placement="bottomRight" title={t("shell.news")} content={content} open={open} onOpenChange={setOpen}>
        <Button type="text" className="bell-button" aria-label={label} title={label} aria-expanded={open}>
          <Badge dot={back.length > 0 || granted.length > 0}>
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
