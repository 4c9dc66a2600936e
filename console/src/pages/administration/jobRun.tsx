// A run of a job (任务执行), for the pages that show one: how far it is, how it ended, and what it did.
import { Progress } from "antd";
import type { Item } from "../../api/types";
import { duration } from "../../format/time";
import { useT, type Word } from "../../i18n";
import { Sentence } from "../../i18n/sentence";
import { Badge, type Look } from "../../view/Badge";

type Run = Item<"Page_RunView">;

const RESULTS: Readonly<Record<string, readonly [Look, Word]>> = {
  done: ["good", "job.done"],
  failed: ["bad", "job.failed"],
  lost: ["warn", "job.lost"],
  cancelled: ["held", "job.cancelled"],
  running: ["now", "job.running"],
};

/** How far a run is, if it says. */
export function Far({ run }: { run: Run }) {
  const { done, total } = run;
  if (done == null || total == null) return null;
  const percent = total > 0 ? Math.min(100, Math.round((done / total) * 100)) : 0;
  return <Progress percent={percent} size="small" format={() => `${done}/${total}`} aria-label={`${done}/${total}`} />;
}

/** How long a run took. */
export function Took({ run }: { run: Run | null | undefined }) {
  const t = useT();
  return <span className="num nowrap">{run == null ? "–" : duration(run.durationMs, t)}</span>;
}

/** How a run ended. */
export function Result({ result }: { result: string | null | undefined }) {
  const found = RESULTS[result ?? ""];
  if (found === undefined) return <span className="soft">–</span>;
  return <Badge look={found[0]} word={found[1]} />;
}

/** What a run did; one that found nothing to do says so. */
export function Detail({ run }: { run: Run | null | undefined }) {
  const t = useT();
  if (run?.result === "done" && run.detail === "") return <span className="soft">{t("job.nothing")}</span>;
  return <div className="info">{run != null && <Sentence text={run.detail} />}</div>;
}
