// Who sits here and what they may do. The platform decides; the console only hides what would be refused.
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { ErrorView } from "../shell/ErrorView";
import { Loading } from "../shell/Loading";
import { call, isDescribed, type Operation, setCsrf } from "./client";
import type { Schema } from "./types";

export type Workspace = "company" | "customs" | "bureau" | "operator" | "admin";

export type Session = Schema<"SessionView">;

const Context = createContext<Session | undefined>(undefined);

export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => call<Session>("GET", "/api/v1/session", undefined, signal),
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
    return <Context value={session.data}>{children}</Context>;
  }
  if (session.error !== null) return <ErrorView error={session.error} retry={() => void session.refetch()} />;
  return <Loading />;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (session === undefined) throw new Error("useSession outside of SessionGate");
  return session;
}

/** Tells whether the person may call an operation of the API. */
export function useCan(): (operation: Operation) => boolean {
  const { operations } = useSession();
  return (operation) => operations.includes(operation) && isDescribed(operation);
}
