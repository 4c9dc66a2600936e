// Receipts that fit no declaration (无主回执): kept, never guessed. Matching one again needs a second person.
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";

const parked = defineResource<Item<"Page_ParkedItem">>({
  name: "parked",
  title: "menu.parked",
  intro: "parked.intro",
  path: "/api/v1/operator/parked",
  rowKey: (row) => row.id,
  live: ["receipt"],
  empty: "parked.empty",
  columns: [
    { key: "kind", title: "receipt.kind" },
    { key: "documentKey", title: "receipt.key", as: "code" },
    { key: "reason", title: "stuck.why" },
    { key: "at", title: "receipt.time", as: "time" },
    { key: "id", title: "case.number", as: "code", extra: true },
  ],
  actions: [
    {
      key: "release",
      label: "parked.release",
      needs: "release_parked",
      reason: true,
      confirm: "parked.releaseConfirm",
      done: "action.sentForApproval",
      run: (row, reason) => call("POST", `/api/v1/operator/parked/${row.id}/release`, { reason }),
    },
  ],
});

export function Parked() {
  return <ResourceList resource={parked} />;
}
