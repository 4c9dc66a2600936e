// The form on top of a list, and filters that a person keeps under a name.
import { DeleteOutlined, DownOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, Popover, Select, Space } from "antd";
import dayjs from "dayjs";
import { type FormEvent, useId, useState } from "react";
import { useT } from "../i18n";
import { labelOf } from "./options";
import type { Filter } from "./resource";
import { useDraft } from "./useDraft";
import { useOptions } from "./useOptions";
import { dropFilter, savedFilters, saveFilter } from "./saved";

type Values = Record<string, string | undefined>;

interface Props {
  resource: string;
  filters: readonly Filter[];
  values: Record<string, string>;
  search: (values: Values) => void;
}

/** Filters that are seen without asking for more. */
const FIRST = 6;

export function SearchForm({ resource, filters, values, search }: Props) {
  const t = useT();
  // The address can change without the form: back, a tab, a saved filter.
  const [draft, setDraft] = useDraft<Values>(values);
  const [all, setAll] = useState(() => filters.slice(FIRST).some((filter) => values[filter.key] !== undefined));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    search(draft);
  };
  const shown = all ? filters : filters.slice(0, FIRST);
  return (
    <form className="panel search-form" role="search" onSubmit={submit}>
      {shown.map((filter) => (
        <Field
          key={filter.key}
          resource={resource}
          filter={filter}
          value={draft[filter.key]}
          change={(value) => setDraft({ ...draft, [filter.key]: value })}
        />
      ))}
      <Space className="field buttons">
        <Button type="primary" htmlType="submit" icon={<SearchOutlined />}>
          {t("action.search")}
        </Button>
        <Button onClick={() => search({})}>{t("action.reset")}</Button>
        {filters.length > FIRST && (
          <Button type="link" onClick={() => setAll(!all)} aria-expanded={all}>
            {t(all ? "action.less" : "action.more")}
          </Button>
        )}
        <SavedFilters resource={resource} values={draft} use={search} />
      </Space>
    </form>
  );
}

interface FieldProps {
  resource: string;
  filter: Filter;
  value: string | undefined;
  change: (value: string) => void;
}

function Field({ resource, filter, value, change }: FieldProps) {
  const t = useT();
  const id = useId();
  const { options, isKnown } = useOptions(resource, filter);
  // An address may carry what is no choice: it is named, and the choices stand in the list.
  const isStrange = filter.as === "select" && isKnown && (value ?? "") !== "" && !options.some((option) => option.value === value);
  const hint = filter.hint === undefined ? {} : { placeholder: t(filter.hint) };
  const help = filter.help === undefined ? {} : { title: t(filter.help), "aria-description": t(filter.help) };
  return (
    <div className={isStrange ? "field strange" : "field"}>
      <label htmlFor={id}>{t(filter.label)}</label>
      {filter.as === "select" ? (
        <Select
          id={id}
          allowClear={filter.initial === undefined}
          showSearch={{ optionFilterProp: "label" }}
          value={(value ?? "") === "" ? (filter.initial ?? null) : (value ?? null)}
          status={isStrange ? "error" : ""}
          placeholder={t("filter.all")}
          options={options.map((option) => ({
            value: option.value,
            label: labelOf(option.label, t),
          }))}
          onChange={(next) => change(next ?? "")}
        />
      ) : filter.as === "day" ? (
        <DatePicker
          id={id}
          value={value === undefined || value === "" ? null : dayjs(value)}
          onChange={(next) => change(next === null ? "" : next.format("YYYY-MM-DD"))}
        />
      ) : (
        <Input id={id} allowClear maxLength={200} value={value ?? ""} {...hint} {...help} onChange={(event) => change(event.target.value)} />
      )}
      {isStrange && <span className="why" role="alert">{t("filter.strange", { value: value ?? "" })}</span>}
    </div>
  );
}

function SavedFilters({ resource, values, use }: { resource: string; values: Values; use: (values: Values) => void }) {
  const t = useT();
  const [saved, setSaved] = useState(() => savedFilters(localStorage, resource));
  const [name, setName] = useState("");
  const [open, setOpen] = useState(false);
  const keep = () => {
    const kept = Object.entries(values).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
    setSaved(saveFilter(localStorage, resource, { name: name.trim(), values: Object.fromEntries(kept) }));
    setName("");
  };
  const content = (
    <div className="saved">
      {saved.length === 0 && <p className="soft">{t("action.filterNone")}</p>}
      <ul>
        {saved.map((one) => (
          <li key={one.name}>
            <Button
              type="link"
              size="small"
              onClick={() => {
                use(one.values);
                setOpen(false);
              }}
            >
              {one.name}
            </Button>
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={`${t("action.delete")} ${one.name}`}
              onClick={() => setSaved(dropFilter(localStorage, resource, one.name))}
            />
          </li>
        ))}
      </ul>
      <Space.Compact>
        <Input
          size="small"
          maxLength={30}
          aria-label={t("action.filterName")}
          placeholder={t("action.filterName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button size="small" disabled={name.trim() === ""} onClick={keep}>
          {t("action.filterSave")}
        </Button>
      </Space.Compact>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={content} open={open} onOpenChange={setOpen}>
      <Button>
        {t("action.filters")} <DownOutlined />
      </Button>
    </Popover>
  );
}
