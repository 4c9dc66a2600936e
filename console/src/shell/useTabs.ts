// The tabs of this window: every page that was looked at and not closed.
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { ownerOf, useSession } from "../api/session";
import type { Page } from "./page";
import { close, readTabs, type Tab, visit, writeTabs } from "./tabs";

export interface Tabs {
  tabs: readonly Tab[];
  shut: (path: string) => void;
  shutOthers: () => void;
}

export function useTabs(page: Page | undefined): Tabs {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const owner = ownerOf(useSession());
  const [tabs, setTabs] = useState<Tab[]>(() => readTabs(sessionStorage, owner));
  const title = page?.title;
  useEffect(() => {
    if (title !== undefined) setTabs((old) => visit(old, { path: pathname, search, title }));
  }, [pathname, search, title]);
  useEffect(() => writeTabs(sessionStorage, owner, tabs), [owner, tabs]);
  const shut = (path: string) => {
    const left = close(tabs, path);
    setTabs(left.tabs);
    if (path === pathname) void navigate(left.next === undefined ? "/" : left.next.path + left.next.search);
  };
  return { tabs, shut, shutOthers: () => setTabs((old) => old.filter((tab) => tab.path === pathname)) };
}
