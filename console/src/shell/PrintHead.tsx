// What stands on top of a printed page: whose it is, which platform, and when it was printed.
import { useSession } from "../api/session";
import { dateTime } from "../format/time";
import { useT } from "../i18n";
import { usePrinting } from "../resource/usePrinting";

export function PrintHead() {
  const t = useT();
  const { company, account } = useSession();
  // Drawn anew for each print, so that its time is that of the print.
  const printing = usePrinting();
  if (!printing) return null;
  return (
    <div className="print-head">
      <strong>{t("app.name")}</strong>
      {company != null && <span>{company.name}</span>}
      <span>{t("print.at", { at: dateTime(Date.now()), by: account.name })}</span>
    </div>
  );
}
