// Codes of receipts that the dictionary does not have (未知回执代码): an answer is seen by all at once.
import { call } from "../../api/client";
import type { Changed, Item } from "../../api/types";
import { changes, defineResource, type Option } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { Badge } from "../../view/Badge";
import { Kind } from "../exchange/State";

type Row = Item<"Page_UnknownCodeItem">;

const STATES: readonly Option[] = [
  { value: "open", label: "unknownCodes.open" },
  { value: "answered", label: "unknownCodes.answered" },
];

const RESUBMIT: readonly Option[] = (["new", "same", "change", "number", "wait", "none", "call"] as const).map((value) => ({
  value,
  label: `resubmit.${value}` as const,
}));

/** Which code it is: the same may be there for several kinds. */
function about(row: Row) {
  return (
    <>
      <strong>
        <span className="mono">{row.code}</span> · <Kind kind={row.kind} name={row.kindName} />
      </strong>
      {row.sample !== "" && <div className="soft">{row.sample}</div>}
    </>
  );
}

const unknownCodes = defineResource({
  name: "unknown-codes",
  title: "menu.unknownCodes",
  intro: "unknownCodes.intro",
  path: "/api/v1/operator/unknown-codes",
  rowKey: (row) => row.id,
  live: ["receipt"],
  empty: "unknownCodes.empty",
  filters: [{ key: "state", label: "message.state", as: "select", options: STATES }],
  columns: [
    { key: "code", title: "unknownCodes.code", as: "code" },
    { key: "kind", title: "message.kind", render: (row) => <Kind kind={row.kind} name={row.kindName} />, from: "kindName" },
    { key: "count", title: "unknownCodes.count", as: "number" },
    { key: "sample", title: "unknownCodes.sample", render: (row) => <div className="info">{row.sample}</div> },
    { key: "lastAt", title: "unknownCodes.last", as: "time" },
    { key: "firstAt", title: "unknownCodes.first", as: "time", extra: true, sort: BY_AGE },
    { key: "state", title: "message.state", render: (row) => <CodeState state={row.state} /> },
    { key: "meaning", title: "explanation.meaning", render: (row) => <div className="info">{row.meaning}</div> },
    { key: "advice", title: "explanation.advice", extra: true },
    { key: "answeredBy", title: "unknownCodes.by", extra: true },
    { key: "answeredAt", title: "unknownCodes.at", as: "time", extra: true },
  ],
  edit: changes<Row, Changed<"/api/v1/operator/unknown-codes/{id}/answer">>({
    label: "unknownCodes.answer",
    needs: "answer_unknown_code",
    fields: [
      { key: "meaning", label: "explanation.meaning", as: "area", required: true, max: 500 },
      { key: "advice", label: "explanation.advice", as: "area", required: true, max: 500 },
      { key: "resubmit", label: "explanation.resubmit", as: "select", required: true, options: RESUBMIT, hint: "unknownCodes.decides" },
    ],
    about,
    values: (row) => ({ meaning: row.meaning ?? "", advice: row.advice ?? "", resubmit: row.resubmit ?? undefined }),
    run: (row, values: Changed<"/api/v1/operator/unknown-codes/{id}/answer">) => call("PUT", "/api/v1/operator/unknown-codes/{id}/answer", { path: { id: row.id }, body: values }),
  }),
  actions: [
    {
      key: "withdraw",
      label: "unknownCodes.withdraw",
      needs: "withdraw_unknown_code",
      when: (row) => row.state === "answered",
      about,
      confirm: "unknownCodes.withdrawConfirm",
      run: (row) => call("DELETE", "/api/v1/operator/unknown-codes/{id}/answer", { path: { id: row.id } }),
    },
  ],
});

function CodeState({ state }: { state: string }) {
  return state === "open" ? <Badge look="held" word="unknownCodes.open" /> : <Badge look="good" word="unknownCodes.answered" />;
}

export function UnknownCodes() {
  return <ResourceList resource={unknownCodes} />;
}
