// What leaves a row in the audit, for the choice in a filter.
import { call } from "../../api/client";
import { isWord } from "../../i18n";
import type { Option } from "../../resource/resource";

interface Act {
  id: string;
  name: string;
  module: string;
}

/** What can be looked for; those of the login log when `begin` says so. */
export async function acts(begin: string): Promise<Option[]> {
  const { items } = await call("GET", "/api/v1/audit/acts");
  const labelOf = ({ id, module, name }: Act) => {
    const word = `act.${id}`;
    return isWord(word) ? word : { text: `${module}：${name}` };
  };
  return items.filter((one) => one.id.startsWith(begin)).map((one) => ({ value: one.id, label: labelOf(one) }));
}

