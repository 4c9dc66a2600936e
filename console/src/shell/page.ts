// What the frame must know of a page and of the menu. Which pages there are is told to it from above, by `pages/index.ts`
// and `pages/menu.ts`.
import { type ComponentType, createContext, type ReactNode, useContext, useMemo } from "react";
import { matchPath } from "react-router";
import { isDescribed, type Operation } from "../api/client";
import { type Session, useSession, type Workspace } from "../api/session";
import type { Word } from "../i18n";

interface Common<Path extends string> {
  path: Path;
  title: Word;
  /** The page is there when the description of the API and the session have this operation. */
  needs: Operation;
  /** Only where the simulator answers. */
  demoOnly?: boolean;
}

/** A page with an entry of the menu: `pages/menu.ts` says where. */
export interface MenuPage<Path extends string = string> extends Common<Path> {
  icon: ReactNode;
  component?: ComponentType;
  /** Instead of a component: a document of the platform, in a window of its own. */
  href?: string;
}

/** The page of a record, reached from another page, whose entry of the menu stays marked. */
export interface RecordPage<Path extends string = string, Under extends string = string> extends Common<Path> {
  under: Under;
  component: ComponentType;
}

export type Page = MenuPage | RecordPage;

/** Keeps the paths of pages as types, so that the menu can name no others. */
export function definePages<const Pages extends readonly Page[]>(pages: Pages): Pages {
  return pages;
}

/** Entries that belong to one job (菜单分组). */
export interface Group<Path extends string = string> {
  title: Word;
  pages: readonly Path[];
}

/** The menu of a workspace: first what stands alone, then the groups. */
export interface WorkspaceMenu<Path extends string = string> {
  top: readonly Path[];
  groups: readonly Group<Path>[];
}

export type Menu<Path extends string = string> = Readonly<Record<Workspace, WorkspaceMenu<Path>>>;

/** The order in which somebody of several workspaces sees them. */
export const WORKSPACES: readonly Workspace[] = ["company", "customs", "bureau", "operator", "admin"];

/** All pages and the menu of the console. */
export interface Site {
  pages: readonly Page[];
  menu: Menu;
}

export const SiteContext = createContext<Site | undefined>(undefined);

function isOpenTo(page: Page, session: Session): boolean {
  if (!session.operations.includes(page.needs) || !isDescribed(page.needs)) return false;
  return page.demoOnly !== true || session.demo;
}

export interface Entries {
  workspace: Workspace;
  top: readonly MenuPage[];
  groups: readonly { title: Word; pages: readonly MenuPage[] }[];
}

/** The menu of a person: each page once, in the first of their workspaces that has it, and no empty group. */
export function menuFor({ pages, menu }: Site, session: Session): Entries[] {
  const taken = new Set<string>();
  const entriesOf = (paths: readonly string[]): MenuPage[] =>
    paths.flatMap((path) => {
      const page = pages.find((one): one is MenuPage => one.path === path && "icon" in one);
      if (page === undefined || taken.has(path) || !isOpenTo(page, session)) return [];
      taken.add(path);
      return [page];
    });
  return WORKSPACES.filter((one) => session.workspaces.includes(one))
    .map((workspace) => {
      const { top, groups } = menu[workspace];
      return {
        workspace,
        top: entriesOf(top),
        groups: groups.map(({ title, pages: paths }) => ({ title, pages: entriesOf(paths) })).filter((group) => group.pages.length > 0),
      };
    })
    .filter(({ top, groups }) => top.length + groups.length > 0);
}

/** The pages that a person may open: those of their menu, and those of records that they may see. */
export function pagesFor(site: Site, session: Session): Page[] {
  const listed = menuFor(site, session).flatMap(({ top, groups }) => [...top, ...groups.flatMap((group) => group.pages)]);
  return [...listed, ...site.pages.filter((page) => "under" in page && isOpenTo(page, session))];
}

/** The page of an address. */
export function pageAt(pages: readonly Page[], path: string): Page | undefined {
  return pages.find((page) => matchPath(page.path, path) !== null);
}

/** The page with the list to which a record belongs. */
export function listOf(pages: readonly Page[], page: Page | undefined): Page | undefined {
  return page !== undefined && "under" in page ? pages.find((one) => one.path === page.under) : undefined;
}

/** How an entry of the menu stands to the page that is seen: it is this page, or one of its records. */
export function currentOf(entry: MenuPage, page: Page | undefined): "page" | "true" | undefined {
  if (page?.path === entry.path) return "page";
  return page !== undefined && "under" in page && page.under === entry.path ? "true" : undefined;
}

/** The pages and the menu of whoever sits here. */
export function useSite(): { pages: readonly Page[]; menu: readonly Entries[] } {
  const site = useContext(SiteContext);
  if (site === undefined) throw new Error("useSite outside of SiteContext");
  const session = useSession();
  return useMemo(() => ({ pages: pagesFor(site, session), menu: menuFor(site, session) }), [site, session]);
}

/** Where an applicant begins, whose company has no home page before it is admitted: with the application. */
const OF_APPLICANTS = "/cases";

/** Where a person begins: the first page of their menu. */
export function firstOf({ pages, menu }: { pages: readonly Page[]; menu: readonly Entries[] }): Page | undefined {
  const inMenu = pages.filter((page) => "icon" in page && page.component !== undefined);
  const isApplicant = menu.every(({ workspace, top }) => workspace === "company" && top.length === 0);
  return (isApplicant ? inMenu.find((page) => page.path === OF_APPLICANTS) : undefined) ?? inMenu[0];
}
