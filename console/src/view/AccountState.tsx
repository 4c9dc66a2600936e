// The state of an account.
import { Badge } from "./Badge";

/** The words of the states, for lists that leave the platform. */
export const ACCOUNT_WORDS = { active: "account.active", invited: "account.invited", disabled: "account.disabled" } as const;

export function AccountState({ state, locked = false }: { state: string; locked?: boolean }) {
  if (locked) return <Badge look="warn" word="account.locked" />;
  if (state === "active") return <Badge look="good" word="account.active" />;
  if (state === "invited") return <Badge look="held" word="account.invited" />;
  return <Badge look="bad" word="account.disabled" />;
}
