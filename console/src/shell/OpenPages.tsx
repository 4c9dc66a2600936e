// The pages that are open (已打开的页面). One is seen; the others keep what they have: their filters, how far they were
// scrolled, and what was typed into them. While it is not seen a page asks and follows nothing.
import { Activity, type ReactNode, Suspense, useCallback, useLayoutEffect, useRef, useState } from "react";
import { type Location, Route, Routes, useLocation } from "react-router";
import { useConnection } from "../api/connection";
import { FrameContext } from "../resource/sticky";
import { Boundary, ListContext } from "../view/ErrorView";
import { Loading } from "../view/Loading";
import { listOf, pageAt, type Page } from "./page";
import { usePageQueries } from "./pageQueries";
import type { Tab } from "./tabs";

/** Each address at which a page was last seen, the one of now among them. */
function useVisited(isPage: boolean): readonly Location[] {
  const location = useLocation();
  const [visited, visit] = useState<readonly Location[]>([]);
  const place = visited.findIndex((one) => one.pathname === location.pathname);
  if (!isPage || visited[place] === location) return visited;
  const next = place < 0 ? [...visited, location] : visited.map((one, i) => (i === place ? location : one));
  visit(next);
  return next;
}

interface Props {
  pages: readonly Page[];
  page: Page | undefined;
  tabs: readonly Tab[];
  /** Above the page that is seen. */
  head: ReactNode;
  /** Instead of a page, where there is none. */
  otherwise: ReactNode;
}

export function OpenPages({ pages, page, tabs, head, otherwise }: Props) {
  const { pathname } = useLocation();
  const visited = useVisited(page !== undefined);
  const open = visited.filter((one) => one.pathname === pathname || tabs.some((tab) => tab.path === one.pathname));
  usePageQueries(pathname, open.map((one) => one.pathname));
  return (
    <>
      {page === undefined && <Frame>{otherwise}</Frame>}
      {open.map((location) => {
        const isSeen = location.pathname === pathname;
        return (
          <Activity key={location.pathname} mode={isSeen ? "visible" : "hidden"}>
            <Frame>
              {isSeen && head}
              <ListContext value={listOf(pages, pageAt(pages, location.pathname))}>
                {/* An error of one page reaches no other. */}
                <Boundary>
                  <Suspense fallback={<Loading />}>
                    <Routes location={location}>
                      {pages.map(({ path, component: Component }) => Component !== undefined && <Route key={path} path={path} element={<Component />} />)}
                    </Routes>
                  </Suspense>
                </Boundary>
              </ListContext>
            </Frame>
          </Activity>
        );
      })}
    </>
  );
}

/** The part of the window that scrolls; each page has its own, and finds it where it was. */
function Frame({ children }: { children: ReactNode }) {
  const down = useConnection();
  const [element, setElement] = useState<HTMLElement | null>(null);
  // A page that is hidden gives its element back for a while; what stands in it stays.
  const hold = useCallback((next: HTMLElement | null) => {
    if (next !== null) setElement(next);
  }, []);
  const top = useRef(0);
  const keep = useCallback((event: { currentTarget: HTMLElement }) => {
    top.current = event.currentTarget.scrollTop;
  }, []);
  // The effect begins whenever the page is seen, and ends when it is hidden: one page at a time is the content.
  useLayoutEffect(() => {
    if (element === null) return;
    element.id = "content";
    element.scrollTop = top.current;
    return () => element.removeAttribute("id");
  }, [element]);
  return (
    // It scrolls, and a page without a link or a button must be read to its end with the keyboard, too.
    <main ref={hold} className={down === undefined ? "content" : "content is-old"} tabIndex={0} onScroll={keep}>
      {element !== null && (
        <FrameContext value={element}>{children}</FrameContext>
      )}
    </main>
  );
}
