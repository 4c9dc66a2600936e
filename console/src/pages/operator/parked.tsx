// Receipts that fit no declaration (未匹配回执): kept, never guessed. Matching one again, or dismissing it, needs a
// second person.
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { Sentence } from "../../i18n/sentence";
import { Key } from "../exchange/Key";
import { say, useT } from "../../i18n";
import { Kind, ReturnStatus, statusWord } from "../exchange/State";
import { Asked } from "./Asked";

const parked = defineResource({
  name: "parked",
  title: "menu.parked",
  intro: "parked.intro",
  path: "/api/v1/operator/parked",
  rowKey: (row) => row.id,
  live: ["receipt", "message"],
  todos: ["parked", "approvals"],
  empty: "parked.empty",
  columns: [
    { key: "kind", title: "receipt.kind", render: (row) => <KindOf row={row} /> },
    { key: "documentKey", title: "receipt.key", render: (row) => <Key kind={row.kind} text={row.documentKey} whole /> },
    {
      key: "returnInfo",
      title: "receipt.info",
      render: (row) => <Said row={row} />,
    },
    { key: "receivers", title: "parked.receivers", value: (row) => row.receivers.join(" "), extra: true },
    { key: "reason", title: "stuck.why", render: (row) => <div className="info slim"><Sentence text={row.reason} /></div> },
    { key: "at", title: "receipt.time", as: "time", sort: BY_AGE },
    { key: "asked", title: "stuck.asked", render: (row) => <Asked asked={row.asked} />, from: "asked.kindName" },
    { key: "id", title: "case.number", as: "code", extra: true },
  ],
  actions: [
    {
      key: "release",
      label: "parked.release",
      needs: "release_parked",
      when: (row) => row.asked == null && row.canMatch,
      about: (row) => `${row.kind} ${row.documentKey}`,
      reason: true,
      bulk: true,
      confirm: "parked.releaseConfirm",
      done: "action.sentForApproval",
      run: (row, reason) => call("POST", "/api/v1/operator/parked/{id}/release", { path: { id: row.id }, body: { reason } }),
    },
    {
      key: "dismiss",
      label: "parked.dismiss",
      needs: "release_parked",
      when: (row) => row.asked == null,
      about: (row) => `${row.kind} ${row.documentKey}`,
      reason: true,
      bulk: true,
      danger: true,
      confirm: "parked.dismissConfirm",
      done: "action.sentForApproval",
      run: (row, reason) => call("POST", "/api/v1/operator/parked/{id}/release", { path: { id: row.id }, body: { reason, refuse: true } }),
    },
  ],
});

function KindOf({ row: { kind } }: { row: Item<"Page_ParkedItem"> }) {
  const t = useT();
  return kind === "" ? <span className="soft">{t("parked.unreadable")}</span> : <Kind kind={kind} />;
}

/** What customs says in it. It has no home yet, so nothing is green; and what its status says is not said twice. */
function Said({ row: { returnStatus, returnInfo } }: { row: Item<"Page_ParkedItem"> }) {
  const isSaid = returnStatus != null && say("zh-CN", statusWord(returnStatus)).includes(returnInfo);
  return (
    <div className="info slim">
      {returnStatus != null && <ReturnStatus status={returnStatus} isPlain />} {!isSaid && <Sentence text={returnInfo} />}
    </div>
  );
}

export function Parked() {
  return <ResourceList resource={parked} />;
}
