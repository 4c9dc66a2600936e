// The entries of one dictionary (字典项). A code stays for ever; names, order and colour may change.
import { useMemo } from "react";
import { useParams } from "react-router";
import { call } from "../../api/client";
import type { Added, Changed, Item } from "../../api/types";
import { adds, changes, defineResource, type FieldOf, type Option } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { EntryWord } from "../../view/EntryBadge";
import { Active } from "./Active";

const COLOURS = ["blue", "green", "orange", "red", "purple", "grey"] as const;

const colours: readonly Option[] = COLOURS.map((value) => ({ value, label: `colour.${value}` as const }));

const fields: readonly FieldOf<Changed<"/api/v1/dictionary-entries/{id}">>[] = [
  { key: "chinese", label: "dictionary.chinese", required: true, max: 80 },
  { key: "english", label: "dictionary.english", max: 80 },
  { key: "place", label: "backOffice.place", as: "number", max: 100_000 },
  { key: "colour", label: "dictionary.colour", as: "select", options: colours },
  { key: "isActive", label: "backOffice.active", as: "switch" },
  { key: "remark", label: "backOffice.remark", as: "area", max: 200 },
];

const entries = (code: string) =>
  defineResource<"/api/v1/dictionaries/{code}/entries">({
    name: `dictionary-${code}`,
    title: "dictionary.entries",
    path: "/api/v1/dictionaries/{code}/entries",
    at: { code },
    rowKey: (row) => row.id,
    whole: true,
    empty: "list.empty",
    columns: [
      { key: "code", title: "backOffice.code", as: "code" },
      { key: "chinese", title: "dictionary.chinese", render: (row) => (row.colour === "" ? row.chinese : <EntryWord entry={row} />) },
      { key: "english", title: "dictionary.english" },
      { key: "dictionaryName", title: "menu.dictionaries" },
      { key: "place", title: "backOffice.place", as: "number" },
      { key: "isActive", title: "message.state", render: (row) => <Active isActive={row.isActive} /> },
      { key: "remark", title: "backOffice.remark" },
    ],
    exportPath: "/api/v1/dictionaries/{code}/export",
    exportNeeds: "export_dictionary",
    // The tables of the message standard change with the program.
    ...(code.startsWith("ceb.")
      ? {}
      : {
          create: adds({
            label: "dictionary.createEntry",
            needs: "create_dictionary_entry",
            initial: { place: 0, isActive: true },
            fields: [{ key: "code", label: "backOffice.code", required: true, max: 40, hint: "backOffice.codeHint" }, ...fields],
            run: (values: Added<"/api/v1/dictionaries/{code}/entries">) => call("POST", "/api/v1/dictionaries/{code}/entries", { path: { code }, body: values }),
          }),
          edit: changes<Item<"Page_EntryView">, Changed<"/api/v1/dictionary-entries/{id}">>({
            needs: "change_dictionary_entry",
            fields,
            values: (row) => ({ ...row, colour: row.colour === "" ? undefined : row.colour }),
            run: (row, values: Changed<"/api/v1/dictionary-entries/{id}">) => call("PUT", "/api/v1/dictionary-entries/{id}", { path: { id: row.id }, body: values }),
          }),
          actions: [
            {
              key: "remove",
              label: "action.delete",
              needs: "remove_dictionary_entry",
              danger: true,
              when: (row) => row.isRemovable,
              confirm: "dictionary.removeEntryConfirm",
              run: (row) => call("DELETE", "/api/v1/dictionary-entries/{id}", { path: { id: row.id } }),
            },
          ],
        }),
  });

export function DictionaryEntries() {
  const { code = "" } = useParams();
  const resource = useMemo(() => entries(code), [code]);
  return <ResourceList resource={resource} />;
}
