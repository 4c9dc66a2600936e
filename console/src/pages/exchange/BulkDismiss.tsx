// Several messages that will not be declared again (批量不再处理).
import { Link } from "react-router";
import { call } from "../../api/client";
import { useT } from "../../i18n";
import { BulkDialog } from "../../resource/BulkDialog";
import type { Message } from "./messages";
import { Kind } from "./State";

/** Longest reason that the platform takes for it. */
export const DISMISS_CHARS_MAX = 200;

export function BulkDismiss({ rows, close }: { rows: readonly Message[]; close: (isDone: boolean) => void }) {
  const t = useT();
  // What needs nothing any more is left alone.
  const open = rows.filter((row) => row.needsAction);
  return (
    <BulkDialog
      title={t("todo.dismiss")}
      hint={
        <>
          <strong>{t("dismiss.ask", { n: open.length })}</strong>
          {open.length < rows.length && <p className="soft">{t("dismiss.others", { n: rows.length - open.length })}</p>}
          <p className="soft">{t("todo.dismissHint")}</p>
        </>
      }
      rows={open}
      rowKey={(row) => row.id}
      name={(row) => (
        <>
          <Link to={`/messages/${row.id}`}>{row.acceptanceNo}</Link> <Kind kind={row.kind} name={row.kindName} />
        </>
      )}
      reason="optional"
      max={DISMISS_CHARS_MAX}
      run={(row, reason) => call("POST", "/api/v1/messages/{id}/dismiss", { path: { id: row.id }, body: { reason } })}
      done="todo.dismissed"
      close={close}
    />
  );
}
