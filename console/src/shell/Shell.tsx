// The frame of every page: menu by workspace, open pages as tabs, where one is, and who one is.
import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Alert, App, Breadcrumb, Button, Layout, Result } from "antd";
import { Suspense, useEffect, useMemo, useState } from "react";
import { Link, Navigate, Outlet, useLocation } from "react-router";
import { onActDone } from "../api/client";
import { useConnection } from "../api/connection";
import { useSession } from "../api/session";
import { dateTime } from "../format/time";
import { useT } from "../i18n";
import { ImportantNotices } from "./Bell";
import { Boundary } from "./ErrorView";
import { HeaderTools } from "./HeaderTools";
import { Loading } from "./Loading";
import { OldBanner } from "./Old";
import { SideMenu } from "./SideMenu";
import { PrintHead } from "./PrintHead";
import { type Page, pageAt, pagesFor, workspaceOf } from "./pages";
import { recordOf } from "./tabs";
import { TabStrip } from "./TabStrip";

const COLLAPSED = "tongguan.menu.collapsed";

export function Shell() {
  const t = useT();
  const session = useSession();
  const { pathname } = useLocation();
  const pages = useMemo(() => pagesFor(session), [session]);
  const page = pageAt(pages, pathname);
  const [collapsed, setCollapsed] = useState(
    () => (localStorage.getItem(COLLAPSED) ?? (window.innerWidth < 1200 ? "yes" : "no")) === "yes",
  );
  useEffect(() => {
    const title = page === undefined ? t("shell.notFound") : `${t(page.title)} ${recordOf(page.path, pathname)}`.trim();
    document.title = `${title} · ${t("app.name")}`;
  }, [page, pathname, t]);
  const down = useConnection();
  useForgetErrors(pathname);
  const fold = () => {
    localStorage.setItem(COLLAPSED, collapsed ? "no" : "yes");
    setCollapsed(!collapsed);
  };
  return (
    <Layout className="frame">
      <a className="skip" href="#content">
        {t("shell.skip")}
      </a>
      <Layout.Sider collapsed={collapsed} width={208} collapsedWidth={56} className="side" trigger={null}>
        <Link to="/" className="brand">
          <img src="/console/favicon.svg" alt="" width={26} height={26} />
          {!collapsed && <span>{t("app.name")}</span>}
        </Link>
        <nav aria-label={t("shell.menu")}>
          <SideMenu pages={pages} page={page} collapsed={collapsed} />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="top">
          <Button
            type="text"
            aria-label={t(collapsed ? "shell.expand" : "shell.collapse")}
            icon={collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
            onClick={fold}
          />
          <Crumbs page={page} pages={pages} />
          <HeaderTools />
        </Layout.Header>
        <TabStrip page={page} pages={pages} />
        <OldBanner />
        <Layout.Content id="content" className={down === undefined ? "content" : "content is-old"} tabIndex={0}>
          {/* It scrolls, and a page without a link or a button must be read to its end with the keyboard, too. */}
          <PrintHead />
          <PasswordSoon />
          {page !== undefined && page === firstOf(pages) && <ImportantNotices />}
          {/* The key starts every page anew, so that no error and no state of one page reaches another. */}
          <Boundary key={pathname}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </Boundary>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** An error is told until it is read; it goes when an act has succeeded, and with its page. */
function useForgetErrors(pathname: string): void {
  const { notification } = App.useApp();
  useEffect(() => {
    const stop = onActDone(() => notification.destroy());
    return () => void stop();
  }, [notification]);
  useEffect(() => {
    notification.destroy();
  }, [notification, pathname]);
}

function Crumbs({ page, pages }: { page: Page | undefined; pages: readonly Page[] }) {
  const t = useT();
  const session = useSession();
  if (page === undefined) return <div className="crumbs" />;
  const workspace = workspaceOf(page, session);
  const parent = pages.find((one) => one.path === page.under);
  const items = [
    ...(workspace === undefined ? [] : [{ title: t(`workspace.${workspace}`) }]),
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

/** Where a person begins. */
const firstOf = (pages: readonly Page[]) => pages.find((page) => page.icon !== undefined && page.component !== undefined);

/** The first page that the person may open. */
export function Start() {
  const t = useT();
  const first = firstOf(pagesFor(useSession()));
  if (first === undefined) {
    return <Result status="info" title={t("shell.noMenu")} subTitle={t("shell.noMenuAdvice")} />;
  }
  return <Navigate to={first.path} replace />;
}

export function NotFound() {
  const t = useT();
  return <Result status="404" title={t("shell.notFound")} subTitle={t("shell.notFoundAdvice")} />;
}
