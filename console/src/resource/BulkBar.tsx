// What can be done with the rows that were chosen: the acts of the list that may be done to several at once.
import { Button } from "antd";
import { useState } from "react";
import { useT } from "../i18n";
import { reasonOf } from "./Actions";
import { BulkDialog } from "./BulkDialog";
import type { Action, Resource } from "./resource";

interface Props<Row> {
  resource: Resource<Row>;
  actions: readonly Action<Row>[];
  rows: readonly Row[];
  done: () => void;
}

export function BulkBar<Row>({ resource, actions, rows, done }: Props<Row>) {
  const t = useT();
  // What was chosen when the dialog was opened: the list goes on meanwhile, and rows may leave it.
  const [asked, ask] = useState<{ action: Action<Row>; rows: readonly Row[] }>();
  const close = (isDone: boolean) => {
    ask(undefined);
    if (isDone) done();
  };
  const first = resource.columns[0];
  const name = (row: Row) => asked?.action.about?.(row, t) ?? first?.value?.(row) ?? String(Reflect.get(Object(row), first?.key ?? "") ?? resource.rowKey(row));
  return (
    <>
      {rows.length > 0 && (
        <div className="bulk" role="region" aria-label={t("bulk.title")}>
          <strong>{t("bulk.chosen", { n: rows.length })}</strong>
          {actions.map((action) => {
            const fit = rows.filter((row) => action.when?.(row) ?? true);
            return (
              fit.length > 0 && (
                <Button key={action.key} size="small" danger={action.danger === true} onClick={() => ask({ action, rows: fit })}>
                  {t(action.label)} ({fit.length})
                </Button>
              )
            );
          })}
        </div>
      )}
      {asked !== undefined && (
        <BulkDialog
          title={t(asked.action.label)}
          hint={
            <>
              <strong>{t("bulk.ask", { n: asked.rows.length })}</strong>
              {asked.action.confirm !== undefined && <div>{t(asked.action.confirm)}</div>}
            </>
          }
          rows={asked.rows}
          rowKey={resource.rowKey}
          name={name}
          reason={reasonOf(asked.action)}
          danger={asked.action.danger === true}
          run={asked.action.run}
          {...(asked.action.done === undefined ? {} : { done: asked.action.done })}
          close={close}
        />
      )}
    </>
  );
}
