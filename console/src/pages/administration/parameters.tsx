// Parameters (参数): settings that change while the platform runs. What touches security waits for
// another officer; every earlier value can be set again.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Table } from "antd";
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { isWord, useT } from "../../i18n";
import { Named, useName } from "../../i18n/names";
import { Actions } from "../../resource/Actions";
import { defineResource, type Field } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";

type Change = Item<"Page_ChangeView">;

type Parameter = Item<"Page_ParameterView">;

const put = (row: Parameter, value: number | null, reason: string) =>
  call("PUT", "/api/v1/parameters/{name}", { path: { name: row.id }, body: { value, reason } });

/** The unit in our words where they have one, else as the platform tells it. */
function unitOf({ unit }: Parameter): Pick<Field, "unit"> {
  if (unit === "") return {};
  const word = `unit.${unit}`;
  return { unit: isWord(word) ? word : { text: unit } };
}

const fields = async (row: Parameter): Promise<Field[]> => [
  row.kind === "switch"
    ? { key: "value", label: "parameter.newValue", as: "switch" }
    : { key: "value", label: "parameter.newValue", as: "number", required: true, min: row.min, max: row.max, ...unitOf(row) },
  { key: "reason", label: "action.reason", as: "reason", required: true },
];

const parameters = defineResource({
  name: "parameters",
  title: "menu.parameters",
  intro: "parameters.intro",
  path: "/api/v1/parameters",
  rowKey: (row) => row.id,
  whole: true,
  empty: "list.empty",
  columns: [
    { key: "name", title: "parameter.name", render: (row) => <Named family="parameterName" code={row.id} chinese={row.name} />, from: "name" },
    { key: "sentence", title: "parameter.sentence", render: (row) => <div className="info slim"><Named family="parameterSentence" code={row.id} chinese={row.sentence} /></div> },
    { key: "value", title: "parameter.value", render: (row) => <Value row={row} value={row.value} strong={row.isChanged} /> },
    { key: "fallback", title: "parameter.fallback", render: (row) => <Value row={row} value={row.fallback} /> },
    { key: "range", title: "parameter.range", as: "code", value: (row) => (row.kind === "switch" ? "" : `${count(row.min)}–${count(row.max)}`) },
    { key: "state", title: "message.state", render: (row) => <State row={row} /> },
    { key: "changedBy", title: "parameter.changedBy", value: (row) => row.last?.askedBy, from: "last.askedBy", extra: true },
    { key: "changedAt", title: "parameter.changedAt", as: "time", value: (row) => row.last?.at, from: "last.at", extra: true },
    { key: "id", title: "parameter.id", as: "code", extra: true },
  ],
  detail: (row) => <History row={row} />,
  detailTitle: (row) => <Named family="parameterName" code={row.id} chinese={row.name} />,
  edit: {
    label: "parameter.change",
    needs: "set_parameter",
    when: (row) => !row.isPending,
    fields,
    about: (row) => <About row={row} />,
    done: "parameter.asked",
    values: (row) => ({ value: row.kind === "switch" ? row.value === 1 : row.value }),
    run: (row, values) => put(row, Number(values["value"]), String(values["reason"] ?? "")),
  },
});

/** Which parameter it is, what it does, and what it is now. */
function About({ row }: { row: Parameter }) {
  const t = useT();
  return (
    <>
      <strong>
        <Named family="parameterName" code={row.id} chinese={row.name} />
      </strong>
      <div className="soft">
        <Named family="parameterSentence" code={row.id} chinese={row.sentence} />
      </div>
      <div>
        {t("parameter.value")}
        {t("list.colon")}
        <Value row={row} value={row.value} />
      </div>
    </>
  );
}

function Value({ row, value, strong = false }: { row: Parameter; value: number; strong?: boolean }) {
  const t = useT();
  const named = useName();
  const text = row.kind === "switch" ? t(value === 1 ? "parameter.on" : "parameter.off") : `${count(value)} ${named("unit", row.unit)}`;
  return <span className="num nowrap">{strong ? <b>{text}</b> : text}</span>;
}

function State({ row }: { row: Parameter }) {
  if (row.isPending) return <Badge look="held" word="approval.pending" />;
  if (row.isSecurity) return <Badge look="now" word="parameter.security" />;
  return <Badge look="" word="parameter.free" />;
}

/** What it was, and back to it. */
function History({ row }: { row: Parameter }) {
  const t = useT();
  const can = useCan();
  const named = useName();
  const client = useQueryClient();
  const changes = useQuery({
    queryKey: ["list", "parameters", row.id],
    queryFn: ({ signal }) => call("GET", "/api/v1/parameters/{name}/changes", { path: { name: row.id }, signal }),
  });
  if (graveOf(changes) !== undefined) return <ErrorView error={changes.error} retry={() => void changes.refetch()} />;
  if (changes.data === undefined) return <Loading />;
  const restore = (change: Change) =>
    can("set_parameter") && (
      <Actions
        row={change}
        done={() => void client.invalidateQueries({ queryKey: ["list", "parameters"] })}
        actions={[
          {
            key: "restore",
            label: "parameter.restore",
            needs: "set_parameter",
            reason: true,
            confirm: "parameter.restoreConfirm",
            done: "parameter.asked",
            run: (one, reason) => put(row, one.value ?? null, reason),
          },
        ]}
      />
    );
  const fallback = row.kind === "switch" ? t(row.fallback === 1 ? "parameter.on" : "parameter.off") : `${count(row.fallback)} ${named("unit", row.unit)}`;
  const own: Change = { id: "own", value: null, shown: t("parameter.own", { value: fallback }), askedBy: "–", at: "", why: "" };
  return (
    <>
      <p>
        <Named family="parameterSentence" code={row.id} chinese={row.sentence} />
      </p>
      <Table
        size="small"
        rowKey="id"
        dataSource={[...changes.data.items, own]}
        pagination={false}
        columns={[
          { title: t("audit.at"), render: (_, one) => <span className="num nowrap">{dateTime(one.at) || "–"}</span> },
          { title: t("parameter.newValue"), dataIndex: "shown" },
          { title: t("approval.askedBy"), dataIndex: "askedBy" },
          { title: t("approval.decidedBy"), render: (_, one) => one.approvedBy ?? "–" },
          { title: t("action.reason"), render: (_, one) => <div className="info">{one.why}</div> },
          { title: t("list.operations"), render: (_, one) => restore(one) },
        ]}
      />
    </>
  );
}

export function Parameters() {
  return <ResourceList resource={parameters} />;
}
