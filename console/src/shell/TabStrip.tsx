// The open pages. Plain links and buttons in a list: a screen reader and the keyboard know those.
import { CloseOutlined } from "@ant-design/icons";
import { useEffect, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { useT } from "../i18n";
import { type Page, pageAt } from "./pages";
import { close, readTabs, type Tab, visit, writeTabs } from "./tabs";

export function TabStrip({ page, pages }: { page: Page | undefined; pages: readonly Page[] }) {
  const t = useT();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [tabs, setTabs] = useState<Tab[]>(() => readTabs(sessionStorage));
  const title = page?.title;
  useEffect(() => {
    if (title !== undefined) setTabs((old) => visit(old, { path: pathname, search, title }));
  }, [pathname, search, title]);
  useEffect(() => writeTabs(sessionStorage, tabs), [tabs]);
  const shut = (path: string) => {
    const left = close(tabs, path);
    setTabs(left.tabs);
    if (path === pathname) void navigate(left.next === undefined ? "/" : left.next.path + left.next.search);
  };
  const shown = tabs.filter((tab) => pageAt(pages, tab.path) !== undefined);
  const name = (tab: Tab) => {
    const found = pageAt(pages, tab.path);
    if (found === undefined) return tab.title;
    // The pages of two records differ by the end of their ids; a code is short and says what it is.
    const id = tab.path.slice(tab.path.lastIndexOf("/") + 1);
    const record = found.path.includes(":") ? ` ${/^\d+$/.test(id) ? id.slice(-4) : id}` : "";
    return t(found.title) + record;
  };
  return (
    <nav className="tabs" aria-label={t("shell.tabs")}>
      <ul>
        {shown.map((tab) => (
          <li key={tab.path} className={tab.path === pathname ? "tab open" : "tab"}>
            <Link to={tab.path + tab.search} aria-current={tab.path === pathname ? "page" : undefined}>
              {name(tab)}
            </Link>
            <button type="button" aria-label={t("shell.closeTab", { name: name(tab) })} onClick={() => shut(tab.path)}>
              <CloseOutlined />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
