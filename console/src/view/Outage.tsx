// What a person must know while the platform answers and its database does not: since when, what still works, and who does what.
import { useConnection } from "../api/connection";
import { dateTime } from "../format/time";
import { useT } from "../i18n";

/** Nothing unless the database is away. */
export function OutageAdvice() {
  const t = useT();
  const down = useConnection();
  if (down?.noStore !== true) return null;
  return (
    <ul className="outage">
      <li>{t(down.never ? "outage.sinceOpened" : "outage.since", { at: dateTime(down.since) })}</li>
      <li>{t("outage.works")}</li>
      <li>{t("outage.companies")}</li>
      <li>{t("outage.operators")}</li>
    </ul>
  );
}
