// Who sits here and what they may do. The platform decides; the console only hides what would be refused.
import { createContext, useContext } from "react";
import { isDescribed, type Operation } from "./client";
import type { Schema } from "./types";

export type Workspace = "company" | "customs" | "bureau" | "operator" | "admin";

export type Session = Schema<"SessionView">;

/** Whose the pages are: a person, and the company for which that person acts. */
export function ownerOf({ account, company }: Pick<Session, "account" | "company">): string {
  return `${account.id} ${company?.id ?? ""}`;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("useSession outside of SessionGate");
  return session;
}

/** Tells whether the person may call an operation of the API. */
export function useCan(): (operation: Operation) => boolean {
  const { operations } = useSession();
  return (operation) => operations.includes(operation) && isDescribed(operation);
}
