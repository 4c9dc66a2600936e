// The state of a message and the status of a receipt, as coloured words. The word says it, not the colour.
import { Link } from "react-router";
import { useCan, useSession } from "../../api/session";
import type { Schema } from "../../api/types";
import { type Word, useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { useSentence } from "../../i18n/sentence";
import { type Doing, DOINGS, tally } from "./documents";
import { isBad, isDealt, isOwnRefusal, OUTCOMES, outcomeLook, STATES, statusClass } from "./outcomes";

export * from "./outcomes";

/** Whether this person is one who corrects what came back; customs, the bureau and the operators only read. */
export function useActs(): boolean {
  const can = useCan();
  const { company } = useSession();
  return company != null && can("correction");
}

/** The word of a state; states of later releases have none. */
export function stateWord(state: string): Word | undefined {
  const known = STATES.find((one) => one === state);
  return known === undefined ? undefined : `state.${known}`;
}

interface StateProps {
  state: string;
  name?: string | undefined;
  outcome?: string | undefined;
  needsAction?: boolean | undefined;
}

/** How far it has come. What was turned down is never shown as finished, whatever the pipeline calls it. */
export function State({ state, name, outcome, needsAction }: StateProps) {
  const t = useT();
  if (outcome === "rejected" || outcome === "faulty") return <Outcome outcome={outcome} {...(needsAction === false ? { needsAction } : {})} />;
  // A status after the last one that was expected, such as a review by hand: customs is not done.
  if (outcome === "waiting" && state === "settled") return <State state="answered" />;
  const word = stateWord(state);
  return <span className={`badge ${state}`}>{word === undefined ? (name ?? state) : t(word)}</span>;
}

interface OutcomeProps {
  outcome: string | null | undefined;
  name?: string | undefined;
  needsAction?: boolean | undefined;
  /** What is to be done, where it is known: not everything that came back is to be corrected. */
  doing?: Doing | undefined;
  /** The last word is one that nobody knows: what was known before may not hold any more. */
  isUnsure?: boolean;
}

/** What became of it, and whether the company must act now. */
export function Outcome({ outcome, name, needsAction, doing, isUnsure = false }: OutcomeProps) {
  const t = useT();
  const acts = useActs();
  if (outcome === null || outcome === undefined) return <span className="soft">–</span>;
  const known = OUTCOMES.find((one) => one === outcome);
  return (
    <span className="nowrap">
      <span className={`badge ${isUnsure && outcome !== "waiting" && !isBad(outcome) ? "" : outcomeLook(outcome, needsAction)}`}>{known === undefined ? (name ?? outcome) : t(`outcome.${known}`)}</span>
      {needsAction === true && (acts ? <span className="badge act">{t("outcome.act")}</span> : <span className="badge beside">{t("outcome.needsAction")}</span>)}
      {needsAction === true && acts && doing === "call" && <span className="badge warn beside">{t("todo.callFirst")}</span>}
    </span>
  );
}

interface ProgressProps {
  /** The latest status stands beside it and says itself that nobody knows it. */
  hasStatus?: boolean;
  of: {
    state: string;
    stateName?: string;
    outcome?: string | null | undefined;
    outcomeName?: string;
    needsAction?: boolean;
    doing?: string | null | undefined;
    correctedBy?: Schema<"MessageSummary">["correctedBy"];
    unknownStatus?: number | null;
  };
}

/** That customs' last word is one that nobody can read yet. */
export function Unsure({ status }: { status: number | null | undefined }) {
  const t = useT();
  return status == null ? null : <span className="badge warn beside">{t("unsure.badge", { status })}</span>;
}

/** In a list: what became of it, and while nothing has, how far it has come. */
export function Progress({ of, hasStatus = false }: ProgressProps) {
  const t = useT();
  const unsure = !hasStatus && of.unknownStatus != null && <Unsure status={of.unknownStatus} />;
  if (of.outcome == null || of.state === "held") return <State state={of.state} name={of.stateName} />;
  if (of.outcome === "waiting") {
    // As in the state of it: a status after the last one that was expected is no end.
    const word = stateWord(of.state === "settled" ? "answered" : of.state);
    return (
      <span className="statuses">
        <span className="nowrap">
          <Outcome outcome="waiting" /> <span className="soft">{word === undefined ? (of.stateName ?? of.state) : t(word)}</span>
        </span>
        {unsure}
      </span>
    );
  }
  const { correctedBy } = of;
  return (
    <>
      <Outcome outcome={of.outcome} name={of.outcomeName} needsAction={of.needsAction} doing={DOINGS.find((one) => one === of.doing)} isUnsure={of.unknownStatus != null} />
      {unsure}
      {isBad(of.outcome) && of.needsAction === false && correctedBy != null && (
        <div>
          <Link to={`/messages/${correctedBy.id}`} title={correctedBy.acceptanceNo}>{t("dealt.corrected")}</Link>
        </div>
      )}
    </>
  );
}

const NAMED = [1, 2, 3, 4, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899] as const;

/** The word of a status; of one that nobody knows that it is unknown. */
export function statusWord(status: number): Word {
  if (status < 0) return "receipt.fault";
  const known = NAMED.find((one) => one === status);
  return known === undefined ? "status.unknown" : `status.${known}`;
}

interface ReturnStatusProps {
  status: number | null | undefined;
  name?: string | null | undefined;
  /** Of the document whose latest status it is: when nobody must act on it, nothing alarms. */
  isOver?: boolean;
  /** Where it is no word on how anything stands. */
  isPlain?: boolean;
}

/** Whether nobody has told what a status means: the platform is to explain it. */
export function isUnknownStatus(status: number | null | undefined, name?: string | null): boolean {
  return status != null && status >= 0 && (name ?? "") === "" && !NAMED.some((one) => one === status);
}

/** The words of a status: its number and its name, or that nobody knows it yet. */
export function useStatusWords(): (status: number, name?: string | null) => string {
  const t = useT();
  return (status, name) => `${status} ${isUnknownStatus(status) && (name ?? "") !== "" ? name : t(isOwnRefusal(name) ? "outcome.refused" : statusWord(status))}`.trim();
}

export function ReturnStatus({ status, name, isOver = false, isPlain = false }: ReturnStatusProps) {
  const words = useStatusWords();
  const sentence = useSentence();
  // A tax bill has no status: its name says what it is.
  if (status === null || status === undefined) return (name ?? "") === "" ? <span className="soft">–</span> : <span className="badge now">{sentence(name ?? "")}</span>;
  const look = isUnknownStatus(status, name) ? "warn" : statusClass(status);
  return <span className={`badge ${isPlain || (isOver && look === "bad") ? "" : look}`}>{words(status, name)}</span>;
}

/** What became of the documents of a message: the latest status of one, of several how many had which outcome. */
export function Statuses({ documents }: { documents: readonly Schema<"DocumentView">[] }) {
  const t = useT();
  const [one] = documents;
  if (one === undefined) return <span className="soft">–</span>;
  if (documents.length === 1) return <ReturnStatus status={one.returnStatus} name={one.returnStatusName} isOver={isDealt(one)} />;
  return (
    <span className="statuses">
      {tally(documents).map(({ outcome, n }) => {
        const known = OUTCOMES.find((name) => name === outcome);
        const isOpen = documents.some((document) => document.outcome === outcome && document.needsAction);
        return (
          <span key={outcome} className={`badge ${outcomeLook(outcome, isOpen)}`}>
            {n} {known === undefined ? outcome : t(`outcome.${known}`)}
          </span>
        );
      })}
    </span>
  );
}

/** The name of a kind, and its code. */
export function Kind({ kind, name }: { kind: string; name?: string | null | undefined }) {
  return (
    <span className="kind">
      <Named family="kind" code={kind} chinese={name} /> <span className="soft">{kind}</span>
    </span>
  );
}

/** Who has it now (当前处理方). */
export function Holder({ holder }: { holder: string }) {
  return holder === "" ? <span className="soft">–</span> : <Named family="holder" chinese={holder} />;
}
