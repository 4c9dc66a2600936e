// What a printed list was filtered by, and which page of it this is: the form with the filters is not printed.
import { useT } from "../i18n";
import { labelOf } from "./options";
import type { Filter } from "./resource";
import { useOptions } from "./useOptions";
import { usePrinting } from "./usePrinting";

interface Props {
  resource: string;
  filters: readonly Filter[];
  values: Readonly<Record<string, string>>;
  page: number | undefined;
}

export function PrintedFilters({ resource, filters, values, page }: Props) {
  const t = useT();
  if (!usePrinting()) return null;
  const used = filters.filter((filter) => values[filter.key] !== undefined || filter.initial !== undefined);
  return (
    <p className="printed-filters">
      <span>{t("print.filters")}</span>
      {used.length === 0 && <span>{t("print.noFilters")}</span>}
      {used.map((filter) => (
        <Used key={filter.key} resource={resource} filter={filter} value={values[filter.key] ?? filter.initial ?? ""} />
      ))}
      {page !== undefined && <span>{t("list.page", { n: page })}</span>}
    </p>
  );
}

function Used({ resource, filter, value }: { resource: string; filter: Filter; value: string }) {
  const t = useT();
  const { options } = useOptions(resource, filter);
  const chosen = options.find((option) => option.value === value);
  return (
    <span>
      {t(filter.label)}
      {t("list.colon")}
      {chosen === undefined ? value : labelOf(chosen.label, t)}
    </span>
  );
}
