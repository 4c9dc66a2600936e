// How fresh a list is: when it was last read, and whether it follows what happens. It is green only while the line of events
// stands and the list was read; without network, platform or line it says so.
import { useConnection } from "../api/connection";
import { useLiveState } from "../api/live";
import { clock } from "../format/time";
import { useT } from "../i18n";
import { freshness } from "./freshness";

interface Props {
  /** When it was last read, in milliseconds since 1970; 0 for never. */
  at: number;
  /** Whether the last attempt to read it failed. */
  isFailed: boolean;
  /** Whether it follows events: some lists have none, and only the first page moves. */
  follows: boolean;
}

export function Freshness({ at, isFailed, follows }: Props) {
  const t = useT();
  const line = useLiveState();
  const down = useConnection();
  if (at === 0) return null;
  const state = freshness({ isDown: down !== undefined, isFailed, line, follows });
  return (
    <span className={`fresh is-${state === "polling" ? "asked" : state}`} role="status" aria-live="off">
      <i aria-hidden="true" />
      <span>
        {t("list.readAt", { at: clock(at) })} · {t(`fresh.${state}`)}
      </span>
    </span>
  );
}
