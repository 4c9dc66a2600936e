// Asks who sits here before anything else is shown.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { call, setCsrf } from "../api/client";
import { SessionContext } from "../api/session";
import { ErrorView } from "../view/ErrorView";
import { Loading } from "../view/Loading";

export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => call("GET", "/api/v1/session", { signal }),
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
  const token = session.data?.csrf;
  useEffect(() => {
    if (token !== undefined) setCsrf(token);
  }, [token]);
  if (session.data !== undefined) {
    // Children may send at once; the effect above only follows later changes.
    setCsrf(session.data.csrf);
    return <SessionContext value={session.data}>{children}</SessionContext>;
  }
  if (session.error !== null) return <ErrorView error={session.error} retry={() => void session.refetch()} />;
  return <Loading />;
}
