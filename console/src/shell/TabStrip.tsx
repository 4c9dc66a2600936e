// The open pages. Plain links and buttons in a list: a screen reader and the keyboard know those.
import { CloseOutlined, DownOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useEffect, useRef } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { useT } from "../i18n";
import { type Page, pageAt } from "./page";
import { recordOf, type Tab } from "./tabs";
import type { Tabs } from "./useTabs";

export function TabStrip({ pages, tabs, shut, shutOthers }: { pages: readonly Page[] } & Tabs) {
  const t = useT();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const shown = tabs.filter((tab) => pageAt(pages, tab.path) !== undefined);
  const name = (tab: Tab) => {
    const found = pageAt(pages, tab.path);
    return found === undefined ? tab.title : `${t(found.title)} ${recordOf(found.path, tab.path)}`.trim();
  };
  const open = useRef<HTMLLIElement>(null);
  const n = shown.length;
  // With many pages open the strip is wider than the window: the page that is seen is in it. A new one comes after its
  // address, and takes the place of the oldest when there are as many as there may be.
  useEffect(() => {
    open.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname, tabs]);
  const entries = [
    ...shown.map((tab) => ({ key: tab.path, label: name(tab) })),
    ...(n > 1 ? [{ type: "divider" as const }, { key: "·others", label: t("shell.closeOthers") }] : []),
  ];
  const choose = ({ key }: { key: string }) => {
    if (key === "·others") shutOthers();
    const tab = shown.find((one) => one.path === key);
    if (tab !== undefined) void navigate(tab.path + tab.search);
  };
  return (
    <nav className="tabs" aria-label={t("shell.tabs")}>
      <ul>
        {shown.map((tab) => (
          <li key={tab.path} ref={tab.path === pathname ? open : null} className={tab.path === pathname ? "tab open" : "tab"}>
            <Link to={tab.path + tab.search} aria-current={tab.path === pathname ? "page" : undefined}>
              {name(tab)}
            </Link>
            <button type="button" aria-label={t("shell.closeTab", { name: name(tab) })} onClick={() => shut(tab.path)}>
              <CloseOutlined />
            </button>
          </li>
        ))}
      </ul>
      <Dropdown trigger={["click"]} placement="bottomRight" menu={{ items: entries, selectedKeys: [pathname], onClick: choose }}>
        <Button type="text" size="small" className="tabs-all" aria-haspopup="menu" aria-label={t("shell.allTabs")} icon={<DownOutlined />} />
      </Dropdown>
    </nav>
  );
}
