// What waits for the person (待办): a figure in the head, and behind it the list with the way to each.
import { ScheduleOutlined } from "@ant-design/icons";
import { Badge, Button, Empty, Popover } from "antd";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { onActDone } from "../../api/client";
import { useLive } from "../../api/live";
import { useCan } from "../../api/session";
import { type Todo, useTodos } from "../../api/todos";
import { dateTime } from "../../format/time";
import { useLanguage, useT } from "../../i18n";
import type { MenuPath } from "..";

/** The page that has each kind. */
const PAGES: Readonly<Record<string, MenuPath | `${MenuPath}?${string}`>> = {
  approvals: "/approvals?state=pending",
  cases_review: "/cases?state=open",
  cases_approve: "/cases?state=approving",
  cases_supplement: "/cases?state=supplementing",
  cases_returned: "/cases?state=returned",
  docking: "/docking",
  rejected: "/messages?needsAction=true&outcome=rejected",
  faulty: "/messages?needsAction=true&outcome=faulty",
  refused: "/messages?needsAction=true&outcome=refused",
  held: "/operator/stuck",
  parked: "/operator/parked",
  payment_inquiries: "/payment-inquiries",
  unknown_codes: "/operator/unknown-codes?state=open",
  keys: "/keys",
  agents: "/agents",
  archive_broken: "/archive?state=broken",
  archive_overdue: "/retention",
};

/** The kinds that are late or wrong as soon as there is one. */
const GRAVE: readonly string[] = ["archive_broken", "archive_overdue"];

/** The kinds that say: something was turned down, and its company must act. */
const CAME_BACK: readonly string[] = ["rejected", "faulty", "refused", "cases_supplement", "cases_returned"];

/** Of the to-dos those that came back. */
export const cameBack = (items: readonly Todo[]): Todo[] => items.filter((item) => item.count > 0 && CAME_BACK.includes(item.kind));

export function Todos() {
  const t = useT();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const found = useTodos();
  const { refetch } = found;
  useLive(["message", "receipt", "case"], () => void refetch());
  // Whoever has just decided something has one thing less to do.
  useEffect(() => {
    const stop = onActDone(() => void refetch());
    return () => void stop();
  }, [refetch]);
  if (!can("todos") || found.data === undefined) return null;
  const { items } = found.data;
  const sum = items.reduce((total, item) => total + item.count, 0);
  const isGrave = items.some((item) => item.overdue > 0 || GRAVE.includes(item.kind)) || cameBack(items).length > 0;
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={<TodoList items={items} done={() => setOpen(false)} />}
    >
      <Button type="text" aria-haspopup="dialog" aria-expanded={open}>
        <ScheduleOutlined /> <span className="wide-only">{t("todo.title")}</span> <Badge count={sum} overflowCount={99} size="small" color={isGrave ? "#b91c1c" : "#1554ad"} />
      </Button>
    </Popover>
  );
}

export function TodoList({ items, done }: { items: readonly Todo[]; done: () => void }) {
  const { t, language } = useLanguage();
  if (items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("todo.empty")} />;
  return (
    <ul className="todos">
      {items.map((item) => (
        <li key={item.kind}>
          <Link to={PAGES[item.kind] ?? "/"} onClick={done}>
            {language === "en" ? item.titleEn : item.title} <b className="num">{item.count}</b>
          </Link>
          {item.overdue > 0 && <span className="badge bad">{t("todo.overdue", { n: item.overdue })}</span>}
          {item.dueAt != null && <span className="soft nowrap">{t("todo.due", { at: dateTime(item.dueAt) })}</span>}
        </li>
      ))}
    </ul>
  );
}
