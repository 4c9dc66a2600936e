// The drill that is on (线路故障演练): which, until when, and the way to end it. Only where the
// simulator exists; elsewhere nothing is shown.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { call } from "../../api/client";
import { useCan, useSession } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";

const PATH = "/api/v1/customs-box/outage";
const KEY = ["drill"];
/** A drill begins and ends by itself: the page looks this often. */
const EVERY_MS = 3000;

/** What reads the state of the drill again. */
export function useDrillChanged(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: KEY });
}

/** The drill that is on, if any. */
export function useDrill() {
  const can = useCan();
  const { demo } = useSession();
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call("GET", PATH, { signal }),
    enabled: demo && can("outage_state"),
    refetchInterval: EVERY_MS,
  }).data;
}

export function Drill() {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const changed = useDrillChanged();
  const [busy, setBusy] = useState(false);
  const { outage, until, direction } = useDrill() ?? {};
  if (outage == null) return null;
  const kind = outage === "silent" || outage === "garbage" || outage === "slow" ? t(`customsBox.${outage}`) : outage;
  const line = t(direction === "import" || direction === "export" ? `customsBox.line.${direction}` : "customsBox.line.both");
  const stop = async () => {
    setBusy(true);
    try {
      await call("POST", PATH, { body: { outage, forMs: 0 } });
      changed();
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Alert
      className="gap"
      type="warning"
      showIcon
      title={t("drill.on", { kind, line, at: dateTime(until) })}
      description={t(outage === "silent" ? "drill.silent" : outage === "slow" ? "drill.slow" : "drill.garbage")}
      action={
        can("outage") && (
          <Button size="small" loading={busy} onClick={() => void stop()}>
            {t("drill.stop")}
          </Button>
        )
      }
    />
  );
}
