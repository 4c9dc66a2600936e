// The frame of every page: menu by workspace, open pages as tabs, where one is, and who one is.
import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Alert, App, Breadcrumb, Button, Drawer, Layout, Result } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { Link, Navigate, useLocation } from "react-router";
import { onActDone } from "../api/client";
import { useSession } from "../api/session";
import { dateTime } from "../format/time";
import { useT } from "../i18n";
import { useNarrow } from "../view/useNarrow";
import { HeaderTools } from "./HeaderTools";
import { OldBanner } from "./Old";
import { OpenPages } from "./OpenPages";
import { firstOf, listOf, pageAt, type Page, useSite } from "./page";
import { PrintHead } from "./PrintHead";
import { SideMenu } from "./SideMenu";
import { recordOf } from "./tabs";
import { TabStrip } from "./TabStrip";
import { useTabs } from "./useTabs";

const COLLAPSED = "tongguan.menu.collapsed";

interface Props {
  /** What stands in the head beside the account, such as what there is to do. */
  tools: ReactNode;
  /** Above the first page of a person. */
  news: ReactNode;
}

export function Shell({ tools, news }: Props) {
  const t = useT();
  const { pathname, key } = useLocation();
  const site = useSite();
  const { pages, menu } = site;
  const page = pageAt(pages, pathname);
  const tabs = useTabs(page);
  const [collapsed, setCollapsed] = useState(
    () => (localStorage.getItem(COLLAPSED) ?? (window.innerWidth < 1200 ? "yes" : "no")) === "yes",
  );
  useEffect(() => {
    const title = page === undefined ? t("shell.notFound") : `${t(page.title)} ${recordOf(page.path, pathname)}`.trim();
    document.title = `${title} · ${t("app.name")}`;
  }, [page, pathname, t]);
  useForgetErrors(pathname);
  // A narrow window has no room for the menu beside the page: it is pulled over it, until something is chosen in it.
  const [isPulled, pull] = useState(false);
  useEffect(() => pull(false), [key]);
  const isNarrow = useNarrow();
  const fold = () => {
    if (isNarrow) return pull(true);
    localStorage.setItem(COLLAPSED, collapsed ? "no" : "yes");
    setCollapsed(!collapsed);
  };
  return (
    <Layout className="frame">
      <a className="skip" href="#content">
        {t("shell.skip")}
      </a>
      {isNarrow ? (
        <Drawer open={isPulled} onClose={() => pull(false)} placement="left" size={256} title={t("shell.menu")} classNames={{ body: "side pulled" }}>
          <nav aria-label={t("shell.menu")}>
            <SideMenu menu={menu} page={page} tabs={tabs.tabs} collapsed={false} />
          </nav>
        </Drawer>
      ) : (
        <Layout.Sider collapsed={collapsed} width={208} collapsedWidth={56} className="side" trigger={null}>
          <Link to="/" className="brand">
            <img src="/console/favicon.svg" alt="" width={26} height={26} />
            {!collapsed && <span>{t("app.name")}</span>}
          </Link>
          <nav aria-label={t("shell.menu")}>
            <SideMenu menu={menu} page={page} tabs={tabs.tabs} collapsed={collapsed} />
          </nav>
        </Layout.Sider>
      )}
      <Layout>
        <Layout.Header className="top">
          <Button
            type="text"
            aria-label={t(collapsed || isNarrow ? "shell.expand" : "shell.collapse")}
            icon={collapsed || isNarrow ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
            onClick={fold}
          />
          <Crumbs page={page} />
          <HeaderTools>{tools}</HeaderTools>
        </Layout.Header>
        <TabStrip pages={pages} {...tabs} />
        <OldBanner />
        <OpenPages
          pages={pages}
          page={page}
          tabs={tabs.tabs}
          head={
            <>
              <PrintHead />
              <PasswordSoon />
              {page !== undefined && page === firstOf(site) && news}
            </>
          }
          otherwise={pathname === "/" ? <Start /> : <NotFound />}
        />
      </Layout>
    </Layout>
  );
}

/** An error is told until it is read; it goes when an act of the same page has succeeded, and with its page. */
function useForgetErrors(pathname: string): void {
  const { notification } = App.useApp();
  useEffect(() => {
    const stop = onActDone((isSeen) => isSeen && notification.destroy());
    return () => void stop();
  }, [notification]);
  useEffect(() => {
    notification.destroy();
  }, [notification, pathname]);
}

function Crumbs({ page }: { page: Page | undefined }) {
  const t = useT();
  const { pages, menu } = useSite();
  if (page === undefined) return <div className="crumbs" />;
  const parent = listOf(pages, page);
  const entry = (parent ?? page).path;
  const has = (all: readonly Page[]) => all.some((one) => one.path === entry);
  const workspace = menu.find(({ top, groups }) => has(top) || groups.some((group) => has(group.pages)));
  const group = workspace?.groups.find((one) => has(one.pages));
  const items = [
    // Who has one workspace begins with its groups, as in the menu.
    ...(workspace === undefined || menu.length === 1 ? [] : [{ title: t(`workspace.${workspace.workspace}`) }]),
    ...(group === undefined ? [] : [{ title: t(group.title) }]),
    ...(parent === undefined ? [] : [{ title: <Link to={parent.path}>{t(parent.title)}</Link> }]),
    { title: t(page.title) },
  ];
  return <Breadcrumb className="crumbs" items={items} />;
}

/** Two weeks before a password ends. */
const SOON_MS = 14 * 86_400_000;

function PasswordSoon() {
  const t = useT();
  const { passwordExpiresAt } = useSession();
  if (passwordExpiresAt == null || Date.parse(passwordExpiresAt) - Date.now() > SOON_MS) return null;
  return (
    <Alert
      className="gap"
      type="warning"
      showIcon
      title={t("shell.passwordSoon", { at: dateTime(passwordExpiresAt) })}
      action={<a href="/account/password">{t("shell.password")}</a>}
    />
  );
}

/** The first page that the person may open. */
function Start() {
  const t = useT();
  const first = firstOf(useSite());
  if (first === undefined) {
    return <Result status="info" title={t("shell.noMenu")} subTitle={t("shell.noMenuAdvice")} />;
  }
  return <Navigate to={first.path} replace />;
}

function NotFound() {
  const t = useT();
  return <Result status="404" title={t("shell.notFound")} subTitle={t("shell.notFoundAdvice")} extra={<Link to="/">{t("shell.toStart")}</Link>} />;
}
