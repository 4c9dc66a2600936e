// The menu: a tree by workspace, with what the person may do and nothing else.
import {
  AuditOutlined,
  BankOutlined,
  DashboardOutlined,
  SettingOutlined,
  ShopOutlined,
} from "@ant-design/icons";
import { Menu, type MenuProps } from "antd";
import { type ReactNode, useMemo } from "react";
import { useNavigate } from "react-router";
import { useSession, type Workspace } from "../api/session";
import { useT } from "../i18n";
import { type Page, WORKSPACES, workspaceOf } from "./pages";

const ICONS: Record<Workspace, ReactNode> = {
  company: <ShopOutlined />,
  customs: <AuditOutlined />,
  bureau: <BankOutlined />,
  operator: <DashboardOutlined />,
  admin: <SettingOutlined />,
};

function label(page: Page, title: string): ReactNode {
  if (page.href === undefined) return title;
  return (
    <a href={page.href} target="_blank" rel="noopener noreferrer">
      {title}
    </a>
  );
}

interface Props {
  pages: readonly Page[];
  page: Page | undefined;
  collapsed: boolean;
}

export function SideMenu({ pages, page, collapsed }: Props) {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const groups = useMemo(
    () =>
      WORKSPACES.map((workspace) => ({
        workspace,
        entries: pages.filter((one) => one.icon !== undefined && workspaceOf(one, session) === workspace),
      })).filter((group) => group.entries.length > 0),
    [pages, session],
  );
  const entry = (one: Page) => ({ key: one.path, icon: one.icon, label: label(one, t(one.title)), title: t(one.title) });
  const only = groups.length === 1 ? groups[0] : undefined;
  const items: MenuProps["items"] =
    only !== undefined
      ? only.entries.map(entry)
      : groups.map((group) => ({
          key: group.workspace,
          icon: ICONS[group.workspace],
          label: t(`workspace.${group.workspace}`),
          children: group.entries.map(entry),
        }));
  const marked = page?.under ?? page?.path;
  return (
    <Menu
      mode="inline"
      theme="dark"
      inlineCollapsed={collapsed}
      items={items}
      defaultOpenKeys={groups.map((group) => group.workspace)}
      selectedKeys={marked === undefined ? [] : [marked]}
      onClick={({ key }) => {
        // What is not a page of the console is a link of its own.
        if (pages.some((one) => one.path === key && one.component !== undefined)) void navigate(key);
      }}
    />
  );
}
