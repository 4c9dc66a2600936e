// Asks who sits here before anything else is shown. When it is somebody else, or the same person for another company,
// everything begins anew: no page, answer or tab of the one before is left.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, type ReactNode, useEffect, useLayoutEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { call, setSession } from "../api/client";
import { ownerOf, type Session, SessionContext } from "../api/session";
import { ErrorView } from "../view/ErrorView";
import { Loading } from "../view/Loading";

export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => call("GET", "/api/v1/session", { signal }),
    staleTime: 60_000,
    refetchInterval: 60_000,
    // Somebody may have logged in, or chosen another company, in the window from which one comes.
    refetchOnWindowFocus: "always",
  });
  const { refetch } = session;
  const shown = useShown(session.data);
  useOtherWindows(shown === undefined ? undefined : ownerOf(shown), refetch);
  if (session.data !== undefined) {
    if (shown === undefined || ownerOf(shown) !== ownerOf(session.data)) return <Loading />;
    // Children may send at once.
    setSession(session.data.csrf, ownerOf(session.data));
    return (
      <SessionContext value={session.data}>
        <Fragment key={ownerOf(session.data)}>{children}</Fragment>
      </SessionContext>
    );
  }
  if (session.error !== null) return <ErrorView error={session.error} retry={() => void refetch()} />;
  return <Loading />;
}

/** The session for which pages may be shown: nothing while what belongs to the one before is put away. */
function useShown(session: Session | undefined): Session | undefined {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { key, pathname } = useLocation();
  const [shown, show] = useState<Session>();
  const [left, leave] = useState<string>();
  useLayoutEffect(() => {
    if (session === undefined) return;
    if (shown !== undefined && ownerOf(shown) === ownerOf(session)) {
      leave(undefined);
      return;
    }
    if (shown !== undefined && left === undefined) {
      // The pages are gone by now, so that none asks again.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      leave(key);
      // The address tells what was looked for, too.
      void navigate(shown.account.id === session.account.id ? pathname : "/", { replace: true });
      return;
    }
    // The new address comes a moment later; at the old one a page of the one before would be opened.
    if (left === key) return;
    leave(undefined);
    show(session);
  }, [client, key, left, navigate, pathname, session, shown]);
  return shown;
}

/** Tells the other windows of this browser who sits here, and looks when they tell of somebody else. */
function useOtherWindows(owner: string | undefined, look: () => unknown): void {
  useEffect(() => {
    if (owner === undefined) return;
    const windows = new BroadcastChannel("tongguan.session");
    windows.onmessage = ({ data }) => {
      if (data !== owner) look();
    };
    windows.postMessage(owner);
    return () => windows.close();
  }, [owner, look]);
}
