// What an approval is about: the platform's title tells the kind and then the thing.
import type { Translate } from "../../i18n";

interface Approval {
  kindName: string;
  title: string;
}

/** The platform's word for a receipt that fits no declaration; the console has one of its own. */
const PARKED = /^搁置的回执\s*/;

/** The thing without the kind, which stands beside it. */
export function objectOf({ kindName, title }: Approval, t: Translate): string {
  const thing = title.startsWith(`${kindName}：`) ? title.slice(kindName.length + 1) : title;
  return thing.replace(PARKED, `${t("menu.parked")} `).trim();
}
