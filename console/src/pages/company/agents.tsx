// Who declares for whom (代理委托): appointments on either side; a new one is a case of the bureau.
import { Link } from "react-router";
import { call } from "../../api/client";
import type { Added, Schema } from "../../api/types";
import { useT } from "../../i18n";
import { NamedList } from "../../i18n/names";
import { adds, defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { Badge } from "../../view/Badge";
import { FILE } from "../cases/applications";
import { attachTo } from "../cases/attach";
import { AppointmentState } from "./AppointmentState";
import { KIND_OPTIONS } from "../exchange/kinds";

const agents = defineResource({
  name: "agents",
  title: "menu.agents",
  intro: "agents.intro",
  path: "/api/v1/agents",
  rowKey: (row) => row.id,
  empty: "agents.empty",
  columns: [
    { key: "principalName", title: "agent.principal" },
    { key: "agentName", title: "agent.agent" },
    { key: "side", title: "agent.side", render: (row) => <Badge look="" word={row.side === "agent" ? "agent.is.agent" : "agent.is.principal"} />, words: { agent: "agent.is.agent", principal: "agent.is.principal" } },
    { key: "directions", title: "message.direction", render: (row) => <Directions directions={row.directions} />, words: { import: "message.import", export: "message.export" } },
    { key: "kinds", title: "agent.kinds", render: (row) => <Kinds kinds={row.kinds} /> },
    { key: "since", title: "agent.since", as: "time", sort: BY_AGE },
    { key: "until", title: "agent.until" },
    { key: "state", title: "message.state", render: (row) => <AppointmentState state={row.state} />, words: { active: "agent.active", expired: "agent.expired", ended: "agent.ended" } },
    { key: "caseId", title: "menu.cases", render: (row) => <CaseLink id={row.caseId} /> },
  ],
  create: adds({
    label: "agent.appoint",
    needs: "add_agent",
    fields: [
      { key: "agent", label: "agent.code", required: true, max: 18, hint: "agent.codeHint" },
      {
        key: "directions",
        label: "message.direction",
        as: "choices",
        options: [
          { value: "import", label: "message.import" },
          { value: "export", label: "message.export" },
        ],
      },
      { key: "kinds", label: "agent.kinds", as: "choices", options: KIND_OPTIONS, hint: "agent.kindsHint" },
      { key: "until", label: "agent.until", as: "day", required: true },
      { key: FILE, label: "caseDocument.mandate", as: "file", required: true, hint: "case.fileHint" },
    ],
    run: appoint,
    after: (answer: Schema<"CaseOpened">) => `/cases/${answer.caseId}`,
  }),
  actions: [
    {
      key: "end",
      label: "agent.end",
      needs: "remove_agent",
      danger: true,
      when: (row) => row.state === "active",
      confirm: "agent.endConfirm",
      run: (row) => call("DELETE", "/api/v1/agents/{id}", { path: { id: row.id } }),
    },
  ],
});

/** Applies with the mandate; where that was not taken, the page of the case says that it is missing. */
async function appoint({ [FILE]: file, ...form }: Added<"/api/v1/agents"> & { [FILE]: File }): Promise<Schema<"CaseOpened">> {
  const opened = await call("POST", "/api/v1/agents", { body: form });
  await attachTo(opened.caseId, "mandate", file).catch(() => undefined);
  return opened;
}

function Directions({ directions }: { directions: string[] }) {
  const t = useT();
  const known = directions.map((one) => (one === "import" ? t("message.import") : one === "export" ? t("message.export") : one));
  return known.length === 0 ? t("filter.all") : known.join(t("list.join"));
}

/** None named means all of them. */
function Kinds({ kinds }: { kinds: readonly string[] }) {
  const t = useT();
  if (kinds.length === 0) return t("filter.all");
  return (
    <div className="info">
      <NamedList family="kind" codes={kinds} />
    </div>
  );
}

function CaseLink({ id }: { id: string | null | undefined }) {
  const t = useT();
  return id == null ? <span className="soft">–</span> : <Link to={`/cases/${id}`}>{t("action.view")}</Link>;
}

export function Agents() {
  return <ResourceList resource={agents} />;
}
