// What waits for a second pair of eyes (复核): staff decide what others asked, and take back their own.
import { Fragment, type ReactNode } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { ApiError } from "../../api/problem";
import { useCan } from "../../api/session";
import type { Item } from "../../api/types";
import { useName } from "../../i18n/names";
import { useT } from "../../i18n";
import { Sentence } from "../../i18n/sentence";
import { Audience } from "../notices/Audience";
import { type Part, partsOf } from "./approvalName";
import { Key } from "../exchange/Key";
import { Kind, useStatusWords } from "../exchange/State";
import { Badge } from "../../view/Badge";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";

type Approval = Item<"Page_ApprovalView">;

const STATES = ["pending", "done", "failed", "rejected", "withdrawn"] as const;

/** The request is closed: somebody has decided it meanwhile, or it was approved and could not be done. */
const CLOSED: readonly (string | undefined)[] = ["TG-R4610", "TG-R4613"];
const isClosed = (error: unknown) => error instanceof ApiError && CLOSED.includes(error.problem?.code);

const approvals = defineResource({
  name: "approvals",
  title: "menu.approvals",
  intro: "approvals.intro",
  path: "/api/v1/approvals",
  rowKey: (row) => row.id,
  live: ["message", "receipt", "case"],
  todos: ["approvals"],
  empty: "approvals.empty",
  filters: [
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: STATES.map((value) => ({ value, label: `approval.${value}` as const })),
    },
  ],
  columns: [
    { key: "kindName", title: "approval.title", render: (row) => <KindOf row={row} />, from: "kindName" },
    { key: "title", title: "approval.object", render: (row) => <Thing row={row} /> },
    { key: "detail", title: "approval.why", render: (row) => <div className="info slim">{row.detail}</div> },
    {
      key: "state",
      title: "message.state",
      render: (row) => <ApprovalState row={row} />,
    },
    { key: "askedBy", title: "approval.askedBy" },
    { key: "askedAt", title: "approval.askedAt", as: "time", sort: BY_AGE },
    { key: "decidedBy", title: "approval.decidedBy" },
    { key: "decidedAt", title: "approval.decidedAt", as: "time", extra: true },
    { key: "reason", title: "approval.reason", extra: true },
  ],
  actions: [
    {
      key: "approve",
      label: "approval.approve",
      needs: "approve",
      when: (row) => row.mayDecide,
      about: (row) => <Matter row={row} />,
      confirm: "approval.approveConfirm",
      isEnd: isClosed,
      run: (row) => call("POST", "/api/v1/approvals/{id}/approve", { path: { id: row.id } }),
    },
    {
      key: "reject",
      label: "approval.reject",
      needs: "reject",
      danger: true,
      when: (row) => row.mayDecide,
      about: (row) => <Matter row={row} />,
      reason: true,
      isEnd: isClosed,
      run: (row, reason) => call("POST", "/api/v1/approvals/{id}/reject", { path: { id: row.id }, body: { reason } }),
    },
    {
      key: "withdraw",
      label: "approval.withdraw",
      needs: "withdraw",
      when: (row) => row.isOwn && row.state === "pending",
      about: (row) => <Matter row={row} />,
      confirm: "approval.withdrawConfirm",
      isEnd: isClosed,
      run: (row) => call("POST", "/api/v1/approvals/{id}/withdraw", { path: { id: row.id } }),
    },
  ],
});

/** The console's own word for the kind, as the page has it where it was asked for. */
function KindOf({ row }: { row: Approval }) {
  const named = useName();
  const own = named("approvalKind", row.kind);
  return <div className="info slim">{own === row.kind ? row.kindName : own}</div>;
}

function Thing({ row }: { row: Approval }) {
  return (
    <div className="info slim in-text">
      <Parts row={row} />
    </div>
  );
}

/** The thing, one click from its page: who decides looks at it first. */
function Parts({ row }: { row: Approval }) {
  const can = useCan();
  const t = useT();
  const status = useStatusWords();
  const shown = (part: Part): ReactNode => {
    if (part.kind !== undefined) return <Kind kind={part.kind} />;
    if (part.key !== undefined) return <Key {...part.key} />;
    if (part.status !== undefined) return status(part.status);
    if (part.audience !== undefined) return <Audience audience={part.audience} />;
    return part.word === undefined ? <Sentence text={part.text} /> : t(part.word);
  };
  return partsOf(row).map((part, i) => {
    const { to, needs } = part;
    return (
      // The parts of one thing stay where they are.
      <Fragment key={i}>
        {i > 0 && " "}
        {to !== undefined && needs !== undefined && can(needs) ? <Link to={to}>{shown(part)}</Link> : shown(part)}
      </Fragment>
    );
  });
}

/** For the question: what is done, to what, and who asked for it. */
function Matter({ row }: { row: Approval }) {
  const t = useT();
  return (
    <>
      <KindOf row={row} />
      <Parts row={row} />
      <div className="soft">{[row.askedBy, row.detail].filter(Boolean).join(t("list.colon"))}</div>
    </>
  );
}

/** Where it stands; of one that could not be done also why, for whoever asked may ask for something else. */
function ApprovalState({ row: { state, reason } }: { row: Approval }) {
  if (state === "pending") return <Badge look="held" word="approval.pending" />;
  if (state === "done") return <Badge look="good" word="approval.done" />;
  if (state === "withdrawn") return <Badge look="" word="approval.withdrawn" />;
  return (
    <>
      <Badge look={state === "failed" ? "bad" : ""} word={state === "failed" ? "approval.failed" : "approval.rejected"} />
      {reason != null && <div className="info slim soft"><Sentence text={reason} /></div>}
    </>
  );
}

export function Approvals() {
  return <ResourceList resource={approvals} />;
}
