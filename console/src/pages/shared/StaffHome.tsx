// The start of the day for staff (首页): what waits for them, today in figures, and the way to their pages.
import { useQuery } from "@tanstack/react-query";
import { Empty } from "antd";
import { Link } from "react-router";
import { call } from "../../api/client";
import { useLive } from "../../api/live";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { useTodos } from "../../api/todos";
import { count } from "../../format/number";
import { beijingDay } from "../../format/time";
import { useT } from "../../i18n";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { type MenuPage, useSite } from "../../shell/page";
import { FLOW, RESULTS, resultLook, results, total } from "../exchange/figures";
import { Tile } from "../exchange/Tile";
import { TodoList } from "./Todos";

const PATH = "/start";

export function StaffHome() {
  const t = useT();
  const can = useCan();
  const todos = useTodos();
  useLive(["message", "receipt", "case"], () => void todos.refetch());
  // In the groups of the menu: who knows the one finds the way in the other.
  const { menu } = useSite();
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.start")}</h1>
      </div>
      {can("statistics") && <Today />}
      <div className="columns-2">
        <div className="panel">
          <h2>{t("todo.title")}</h2>
          {graveOf(todos) !== undefined && <ErrorView error={todos.error} retry={() => void todos.refetch()} />}
          {todos.isPending && <Loading />}
          {todos.data !== undefined && <TodoList items={todos.data.items} done={() => undefined} />}
        </div>
        <nav className="panel" aria-label={t("start.pages")}>
          <h2>{t("start.pages")}</h2>
          {menu.map(({ workspace, top, groups }) => (
            <section key={workspace} className="shortcut-groups">
              {menu.length > 1 && <h3>{t(`workspace.${workspace}`)}</h3>}
              <Shortcuts pages={top.filter((page) => page.path !== PATH)} />
              {groups.map(({ title, pages }) => (
                <div key={title}>
                  {menu.length > 1 ? <h4>{t(title)}</h4> : <h3>{t(title)}</h3>}
                  <Shortcuts pages={pages} />
                </div>
              ))}
            </section>
          ))}
        </nav>
      </div>
    </>
  );
}

function Shortcuts({ pages }: { pages: readonly MenuPage[] }) {
  const t = useT();
  if (pages.length === 0) return null;
  return (
    <ul className="shortcuts">
      {pages.map((page) => (
        <li key={page.path}>
          {page.href === undefined ? (
            <Link to={page.path}>
              {page.icon} {t(page.title)}
            </Link>
          ) : (
            <a href={page.href} target="_blank" rel="noreferrer">
              {page.icon} {t(page.title)}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Today's figures of everything that the person sees; each leads to the statistics. */
function Today() {
  const t = useT();
  const can = useCan();
  const day = beijingDay(Date.now());
  const found = useQuery({
    queryKey: ["statistics", day, day],
    queryFn: ({ signal }) =>
      call("GET", "/api/v1/statistics", { query: { from: day, to: day }, signal }),
  });
  useLive(["count"], () => void found.refetch());
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading />;
  const sums = total(found.data.items);
  const came = results(found.data.items);
  return (
    <div className="panel">
      <h2>
        {t("start.today")} <span className="soft num">{day}</span>
      </h2>
      {found.data.items.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("home.nothing")} />
      ) : (
        <div className="tiles tiles-4">
          {RESULTS.map((result) => (
            <Tile
              key={result}
              label={t(`outcome.${result}`)}
              value={count(came[result])}
              look={resultLook(result, came[result])}
              {...(can("messages") ? { to: `/messages?outcome=${result}&from=${day}` } : {})}
            />
          ))}
          {FLOW.map((figure) => (
            <Tile key={figure} label={t(`home.${figure}`)} value={count(sums[figure])} to={`/statistics?from=${day}&to=${day}`} />
          ))}
        </div>
      )}
      {found.data.items.length > 0 && <p className="soft">{t("statistics.counted")}</p>}
    </div>
  );
}
