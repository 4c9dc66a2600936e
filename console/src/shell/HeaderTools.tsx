// The right end of the head: whether the page is live, language, notices, company and account.
import { DownOutlined, UserOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, type MenuProps, Space, Tag } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { call } from "../api/client";
import { useConnection } from "../api/connection";
import { useLiveState } from "../api/live";
import { useCan, useSession } from "../api/session";
import { type Language, useLanguage } from "../i18n";
import { useName } from "../i18n/names";
import { useProblem } from "../resource/problem";
import { useNarrow } from "../view/useNarrow";

export function HeaderTools({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const session = useSession();
  const isNarrow = useNarrow();
  const [other, change] = useOtherLanguage();
  return (
    <Space className="tools" size="small">
      {session.demo && <Tag className="badge held">{t("app.demo")}</Tag>}
      <LiveDot />
      {children}
      {/* In a narrow window the menu of the account has these. */}
      {!isNarrow && <CompanySwitch />}
      {!isNarrow && (
        <Button type="text" lang={other} onClick={change}>
          {t("shell.language")}
        </Button>
      )}
      <AccountMenu isNarrow={isNarrow} />
    </Space>
  );
}

function useOtherLanguage(): [Language, () => void] {
  const { language, setLanguage } = useLanguage();
  const other = language === "en" ? "zh-CN" : "en";
  return [other, () => setLanguage(other)];
}

function LiveDot() {
  const { t } = useLanguage();
  const state = useLiveState();
  const down = useConnection();
  const can = useCan();
  const shown = down === undefined ? state : "down";
  // To whom events are not told, nothing is amiss when the page asks now and then.
  if (shown === "connecting" || (shown === "polling" && !can("events"))) return null;
  return (
    <span className={`live is-${shown}`} role="status">
      <i aria-hidden="true" />
      <span className="wide-only">{t(`live.${shown}`)}</span>
    </span>
  );
}

/** Acts for another of one's companies from now on. */
function useCompanyChoice(): (companyId: string) => Promise<void> {
  const { t } = useLanguage();
  const client = useQueryClient();
  const { message } = App.useApp();
  const problem = useProblem();
  return async (companyId) => {
    try {
      await call("POST", "/api/v1/session/company", { body: { companyId } });
      // Everything on the screen belongs to the company of before; it goes when the session tells of the new one.
      await client.refetchQueries({ queryKey: ["session"] });
      void message.success(t("action.done"));
    } catch (error) {
      problem(error);
    }
  };
}

function CompanySwitch() {
  const { t } = useLanguage();
  const session = useSession();
  const choose = useCompanyChoice();
  if (session.company == null) return null;
  const name = <span className="company" title={session.company.name}>{session.company.name}</span>;
  if (session.memberships.length < 2) return name;
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectedKeys: [session.company.id],
        items: session.memberships.map((one) => ({ key: one.companyId, label: one.companyName })),
        onClick: ({ key }) => void choose(key),
      }}
    >
      <Button type="text" aria-label={`${t("shell.switchCompany")}: ${session.company.name}`}>
        {name} <DownOutlined />
      </Button>
    </Dropdown>
  );
}

/** Leaves by a form, so that the server can answer with a page of its own. */
function logout(csrf: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/logout";
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrf";
  token.value = csrf;
  form.append(token);
  document.body.append(form);
  form.submit();
}

/** The company for which somebody acts, to be chosen if there are several. */
function useCompanyItems(): NonNullable<MenuProps["items"]> {
  const { t } = useLanguage();
  const { company, memberships } = useSession();
  const choose = useCompanyChoice();
  if (company == null) return [];
  if (memberships.length < 2) return [{ key: "company", disabled: true, label: company.name }];
  const others = memberships.filter((one) => one.companyId !== company.id);
  return [
    { key: "company", disabled: true, label: company.name },
    ...others.map((one) => ({ key: one.companyId, label: `${t("shell.switchCompany")}: ${one.companyName}`, onClick: () => void choose(one.companyId) })),
  ];
}

function AccountMenu({ isNarrow }: { isNarrow: boolean }) {
  const { t } = useLanguage();
  const named = useName();
  const { account, csrf, roles } = useSession();
  const [open, setOpen] = useState(false);
  const companies = useCompanyItems();
  const [other, change] = useOtherLanguage();
  const items: MenuProps["items"] = [
    { key: "who", disabled: true, label: [account.login, ...roles.map((role) => named("role", role.id, role.name))].join(" · ") },
    ...(isNarrow ? companies : []),
    { type: "divider" },
    ...(isNarrow ? [{ key: "language", label: <span lang={other}>{t("shell.language")}</span>, onClick: change }] : []),
    { key: "account", label: <a href="/account">{t("shell.account")}</a> },
    { key: "password", label: <a href="/account/password">{t("shell.password")}</a> },
    { key: "totp", label: <a href="/account/totp">{t("shell.totp")}</a> },
    { type: "divider" },
    { key: "docs", label: <a href="/api/docs">{t("menu.apiDocs")}</a> },
    { key: "logout", label: t("shell.logout"), onClick: () => logout(csrf) },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} open={open} onOpenChange={setOpen}>
      <Button type="text" icon={<UserOutlined />} aria-haspopup="menu" aria-expanded={open} aria-label={`${t("shell.user")}: ${account.name}`}>
        <span className="wide-only">{account.name}</span>
      </Button>
    </Dropdown>
  );
}
