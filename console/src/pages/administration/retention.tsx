// What will be archived and purged when (保存期限与计划), for every class and month that is over.
import type { Item } from "../../api/types";
import { bytes } from "../../format/number";
import { useT } from "../../i18n";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { CLASS_WORDS, CLASSES, ClassName, KeptRows, State, STATE_WORDS, STATES, stateOptions } from "./archiveWords";
import { KEPT_WORDS, keptCount } from "./kept";
import { WithoutStore } from "./WithoutStore";

type Line = Item<"Page_ArchivePlanView">;

const plan = defineResource({
  name: "archive-plan",
  title: "menu.retention",
  intro: "archive.planIntro",
  path: "/api/v1/archive/plan",
  whole: true,
  list: "archive_plan",
  rowKey: (row) => row.id,
  rowClass: (row) => (row.isOverdue || row.state === "broken" ? "row-act" : ""),
  empty: "archive.noMonths",
  filters: [
    { key: "class", label: "archive.class", as: "select", options: CLASSES },
    { key: "state", label: "job.state", as: "select", options: stateOptions(Object.keys(STATES)) },
  ],
  columns: [
    { key: "month", title: "archive.month", render: (row) => <span className="num nowrap">{row.month}</span> },
    { key: "class", title: "archive.class", render: (row) => <ClassName of={row.class} />, words: CLASS_WORDS },
    { key: "state", title: "job.state", render: (row) => <LineState line={row} />, words: STATE_WORDS },
    { key: "nRows", title: "archive.rowsHere", as: "number" },
    { key: "nUnarchived", title: "archive.rowsUnarchived", as: "number" },
    { key: "nBytes", title: "archive.size", render: (row) => <span className="num nowrap">{bytes(row.nBytes)}</span> },
    { key: "nParts", title: "archive.nParts", as: "number" },
    { key: "verifiedAt", title: "archive.verifiedAt", as: "time" },
    { key: "dueDay", title: "archive.dueDay", render: (row) => <Due line={row} /> },
    { key: "nPurged", title: "archive.nPurged", as: "number", extra: true },
    { key: "kept", title: "archive.kept", render: (row) => <KeptRows kept={row.kept} />, value: (row) => keptCount(row.kept), from: "kept.why", words: KEPT_WORDS },
  ],
});

function LineState({ line }: { line: Line }) {
  const t = useT();
  return (
    <>
      <State state={line.state} />
      {line.isOverdue && <div className="info slim late">{t("archive.overdue")}</div>}
    </>
  );
}

function Due({ line }: { line: Line }) {
  const t = useT();
  return <span className="num nowrap">{line.dueDay ?? t("archive.forEver")}</span>;
}

export function Retention() {
  return (
    <>
      <WithoutStore />
      <ResourceList resource={plan} />
    </>
  );
}
