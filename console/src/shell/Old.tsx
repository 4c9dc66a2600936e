// The banner over everything while the platform cannot be reached: since when, and that what is shown
// is from then.
import { Alert, Button } from "antd";
import { useState } from "react";
import { connection, useConnection } from "../api/connection";
import { dateTime } from "../format/time";
import { useT } from "../i18n";
import { OutageAdvice } from "../view/Outage";

export function OldBanner() {
  const t = useT();
  const down = useConnection();
  const [busy, setBusy] = useState(false);
  if (down === undefined) return null;
  const look = () => {
    setBusy(true);
    void connection.look().finally(() => setBusy(false));
  };
  return (
    <Alert
      className="old-banner"
      banner
      type="error"
      role="alert"
      title={t(down.offline ? "old.offline" : down.noStore ? "old.noStore" : "old.down", { at: dateTime(down.since) })}
      description={
        <>
          {t("old.hint", { at: dateTime(down.since) })}
          <OutageAdvice />
        </>
      }
      action={
        <Button size="small" loading={busy} onClick={look}>
          {t("error.retry")}
        </Button>
      }
    />
  );
}
