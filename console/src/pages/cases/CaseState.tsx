// The state of a case (办件), and until when it is to be dealt with.
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import type { Look } from "../../view/Badge";
import type { CaseSummary } from "./types";

export const STATES = ["applied", "accepted", "supplementing", "approving", "done", "returned", "withdrawn"] as const;
const LOOK: Record<string, Look> = {
  applied: "held",
  accepted: "now",
  supplementing: "warn",
  approving: "now",
  done: "good",
  returned: "bad",
};

/** What the platform calls the states, for where it tells no code. */
const BY_NAME: Readonly<Record<string, string>> = { 申请: "applied", 受理: "accepted", 补正: "supplementing", 审批: "approving", 办结: "done", 退回: "returned", 撤回: "withdrawn" };

/** The state by its Chinese name alone. */
export function CaseStateNamed({ name }: { name: string }) {
  return <CaseState state={BY_NAME[name] ?? ""} name={name} />;
}

export function CaseState({ state, name }: { state: string; name: string }) {
  const t = useT();
  const known = STATES.find((one) => one === state);
  return <span className={`badge ${LOOK[state] ?? ""}`}>{known === undefined ? name : t(`case.${known}`)}</span>;
}

/** States in which nobody has anything to do any more. */
const OVER = ["done", "returned", "withdrawn"];

/** Until when it is to be done; of one that is over when that was. */
export function Due({ of: { dueAt: at, due, state, changedAt } }: { of: Pick<CaseSummary, "dueAt" | "due" | "state" | "changedAt"> }) {
  const t = useT();
  if (at == null) return <span className="soft num nowrap">{OVER.includes(state) ? t("case.over", { at: dateTime(changedAt) }) : "–"}</span>;
  return (
    <span className="num nowrap">
      {dateTime(at)}{" "}
      {due === "overdue" && <span className="badge bad">{t("case.overdue")}</span>}
      {due === "soon" && <span className="badge warn">{t("case.soon")}</span>}
    </span>
  );
}
