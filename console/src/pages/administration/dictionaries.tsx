// Dictionaries (字典): codes with names, and beside them the code tables of the message standard, so that
// one page answers "what is 142?".
import { useQuery } from "@tanstack/react-query";
import { Empty, Input, Table } from "antd";
import { useId, useState } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import type { Added, Changed, Item } from "../../api/types";
import { useT } from "../../i18n";
import { Sentence } from "../../i18n/sentence";
import { adds, changes, defineResource, type Field } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Active } from "./Active";

type Dictionary = Item<"Page_DictionaryView">;

const names: readonly Field<"chinese" | "english" | "remark">[] = [
  { key: "chinese", label: "dictionary.chinese", required: true, max: 40 },
  { key: "english", label: "dictionary.english", max: 80 },
  { key: "remark", label: "backOffice.remark", as: "area", max: 200 },
];

const dictionaries = defineResource({
  name: "dictionaries",
  title: "menu.dictionaries",
  path: "/api/v1/dictionaries",
  rowKey: (row) => row.id,
  whole: true,
  empty: "list.empty",
  link: (row) => `/dictionaries/${encodeURIComponent(row.id)}`,
  columns: [
    { key: "chinese", title: "dictionary.chinese" },
    { key: "english", title: "dictionary.english" },
    { key: "id", title: "backOffice.code", as: "code" },
    { key: "kind", title: "dictionary.kind", render: (row) => <Kind row={row} /> },
    { key: "isActive", title: "message.state", render: (row) => <Active isActive={row.isActive} /> },
    { key: "remark", title: "backOffice.remark", render: (row) => <div className="info"><Sentence text={row.remark} /></div> },
  ],
  create: adds({
    label: "dictionary.create",
    needs: "create_dictionary",
    fields: [{ key: "code", label: "backOffice.code", required: true, max: 40, hint: "dictionary.codeHint" }, ...names],
    run: (values: Added<"/api/v1/dictionaries">) => call("POST", "/api/v1/dictionaries", { body: values }),
  }),
  edit: changes<Dictionary, Changed<"/api/v1/dictionaries/{code}">>({
    needs: "change_dictionary",
    when: (row) => !row.isStandard,
    fields: [...names, { key: "isActive", label: "backOffice.active", as: "switch" }],
    values: (row) => ({ ...row }),
    run: (row, values: Changed<"/api/v1/dictionaries/{code}">) => call("PUT", "/api/v1/dictionaries/{code}", { path: { code: row.id }, body: values }),
  }),
  actions: [
    {
      key: "remove",
      label: "action.delete",
      needs: "remove_dictionary",
      danger: true,
      when: (row) => !row.isStandard && !row.isOwn,
      confirm: "dictionary.removeConfirm",
      run: (row) => call("DELETE", "/api/v1/dictionaries/{code}", { path: { code: row.id } }),
    },
  ],
});

function Kind({ row }: { row: Dictionary }) {
  if (row.isStandard) return <Badge look="now" word="dictionary.standard" />;
  return row.isOwn ? <Badge look="held" word="dictionary.own" /> : <Badge look="" word="dictionary.free" />;
}

/** What a code or a name means, wherever it stands. */
function Lookup() {
  const t = useT();
  const field = useId();
  const [text, setText] = useState("");
  const found = useQuery({
    queryKey: ["dictionary-search", text],
    queryFn: ({ signal }) => call("GET", "/api/v1/dictionary-search", { query: { q: text }, signal }),
    enabled: text !== "",
  });
  return (
    <div className="panel">
      <div className="field">
        <label htmlFor={field}>{t("dictionary.lookup")}</label>
        <Input.Search
          id={field}
          allowClear
          maxLength={40}
          placeholder={t("dictionary.lookupHint")}
          enterButton={t("action.search")}
          onSearch={(value) => setText(value.trim())}
        />
      </div>
      {graveOf(found) !== undefined && <ErrorView error={found.error} />}
      {text !== "" && found.data !== undefined && (
        <Table
          className="after"
          size="small"
          rowKey="id"
          dataSource={found.data.items}
          pagination={false}
          scroll={{ y: 240 }}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("dictionary.unknown")} /> }}
          columns={[
            { title: t("backOffice.code"), render: (_, one) => <span className="mono">{one.code}</span> },
            { title: t("dictionary.chinese"), dataIndex: "chinese" },
            { title: t("dictionary.english"), dataIndex: "english" },
            { title: t("menu.dictionaries"), render: (_, one) => <Link to={`/dictionaries/${encodeURIComponent(one.dictionary)}`}>{one.dictionaryName}</Link> },
          ]}
        />
      )}
    </div>
  );
}

export function Dictionaries() {
  return <ResourceList resource={dictionaries} before={<Lookup />} />;
}
