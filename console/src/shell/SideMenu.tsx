// The menu (菜单): groups by the job that a person does, and in them links to the pages. They are plain links in lists: the
// middle button, a copied address and the keyboard do with them what they do with any link.
import { DownOutlined, RightOutlined } from "@ant-design/icons";
import { type ReactNode, useId, useState } from "react";
import { Link } from "react-router";
import { useT, type Word } from "../i18n";
import { currentOf, type Entries, type MenuPage, type Page } from "./page";
import type { Tab } from "./tabs";

const CLOSED = "tongguan.menu.closed";

function readClosed(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(CLOSED) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

interface Props {
  menu: readonly Entries[];
  page: Page | undefined;
  tabs: readonly Tab[];
  collapsed: boolean;
}

export function SideMenu({ menu, page, tabs, collapsed }: Props) {
  const t = useT();
  const [closed, setClosed] = useState(readClosed);
  const toggle = (name: string) => {
    const next = closed.includes(name) ? closed.filter((one) => one !== name) : [...closed, name];
    localStorage.setItem(CLOSED, JSON.stringify(next));
    setClosed(next);
  };
  const links = (pages: readonly MenuPage[]) => pages.map((one) => <Entry key={one.path} entry={one} page={page} tabs={tabs} collapsed={collapsed} />);
  return (
    <div className={collapsed ? "menu collapsed" : "menu"}>
      {menu.map(({ workspace, top, groups }) => (
        <section key={workspace}>
          {menu.length > 1 && <h2 title={t(`workspace.${workspace}`)}>{t(`workspace.${workspace}`)}</h2>}
          {top.length > 0 && <ul>{links(top)}</ul>}
          {groups.map(({ title, pages }) => (
            <GroupOf key={title} title={title} isOpen={collapsed || !closed.includes(`${workspace}.${title}`)} toggle={() => toggle(`${workspace}.${title}`)} fixed={collapsed} isCurrent={pages.some((one) => currentOf(one, page) !== undefined)}>
              {links(pages)}
            </GroupOf>
          ))}
        </section>
      ))}
    </div>
  );
}

interface GroupProps {
  title: Word;
  isOpen: boolean;
  toggle: () => void;
  /** Where only icons are seen there is no room for the name; the list keeps it for those who hear it. */
  fixed: boolean;
  /** The page that is seen is one of the group: while the group is closed its name is marked instead. */
  isCurrent: boolean;
  children: ReactNode;
}

function GroupOf({ title, isOpen, toggle, fixed, isCurrent, children }: GroupProps) {
  const t = useT();
  const id = useId();
  return (
    <>
      {!fixed && (
        <button type="button" className="group" aria-expanded={isOpen} aria-controls={id} aria-current={isCurrent && !isOpen ? "true" : undefined} onClick={toggle}>
          <span>{t(title)}</span>
          {isOpen ? <DownOutlined aria-hidden /> : <RightOutlined aria-hidden />}
        </button>
      )}
      <ul id={id} aria-label={t(title)} hidden={!isOpen}>
        {children}
      </ul>
    </>
  );
}

interface EntryProps {
  entry: MenuPage;
  page: Page | undefined;
  tabs: readonly Tab[];
  collapsed: boolean;
}

function Entry({ entry, page, tabs, collapsed }: EntryProps) {
  const t = useT();
  const title = t(entry.title);
  const content = (
    <>
      {/* It says nothing that the name does not. */}
      <span aria-hidden="true">{entry.icon}</span>
      <span className="label">{title}</span>
    </>
  );
  const name = collapsed ? { title, "aria-label": title } : {};
  if (entry.href !== undefined) {
    return (
      <li>
        <a href={entry.href} target="_blank" rel="noopener noreferrer" {...name}>
          {content}
        </a>
      </li>
    );
  }
  // A page that is open is opened as it was left, with its filters.
  const search = tabs.find((tab) => tab.path === entry.path)?.search ?? "";
  return (
    <li>
      <Link to={entry.path + search} aria-current={currentOf(entry, page)} {...name}>
        {content}
      </Link>
    </li>
  );
}
