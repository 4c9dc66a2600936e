// The buttons that open a form: to add to a list, to change a row.
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCan } from "../api/session";
import { useT } from "../i18n";
import { FormDialog, Secret } from "./FormDialog";
import { useProblem } from "./problem";
import type { Create, Edit, Field } from "./resource";

/** Opens a form once its choices are known. */
function useFields(source: Create["fields"]): [readonly Field[] | undefined, () => Promise<void>, () => void] {
  const [fields, setFields] = useState<readonly Field[]>();
  const problem = useProblem();
  const open = async () => {
    try {
      setFields(typeof source === "function" ? await source() : source);
    } catch (error) {
      problem(error);
    }
  };
  return [fields, open, () => setFields(undefined)];
}

export function CreateButton({ create, done }: { create: Create | undefined; done: () => void }) {
  const can = useCan();
  if (create === undefined || !can(create.needs)) return null;
  return <Creating create={create} done={done} />;
}

function Creating({ create, done }: { create: Create; done: () => void }) {
  const t = useT();
  const [fields, open, close] = useFields(create.fields);
  const [secret, tell] = useState<string>();
  const navigate = useNavigate();
  const title = t(create.label ?? "action.add");
  return (
    <>
      <Button type="primary" icon={<PlusOutlined />} onClick={() => void open()}>
        {title}
      </Button>
      {fields !== undefined && (
        <FormDialog
          title={title}
          fields={fields}
          initial={create.initial ?? {}}
          close={close}
          isShownOnce={(answer) => create.secret?.(answer) != null}
          run={create.run}
          done={(answer) => {
            close();
            tell(create.secret?.(answer) ?? undefined);
            if (create.after !== undefined) void navigate(create.after(answer));
            done();
          }}
        />
      )}
      {secret !== undefined && (
        <Secret title={title} hint={t(create.secretHint ?? "form.keyOnce")} text={secret} close={() => tell(undefined)} />
      )}
    </>
  );
}

interface EditProps<Row> {
  row: Row;
  edit: Edit<Row> | undefined;
  done: () => void;
}

export function EditButton<Row>({ row, edit, done }: EditProps<Row>) {
  if (edit === undefined || edit.when?.(row) === false) return null;
  return <Editing row={row} edit={edit} done={done} />;
}

function Editing<Row>({ row, edit, done }: { row: Row; edit: Edit<Row>; done: () => void }) {
  const t = useT();
  const source = edit.fields;
  const [fields, open, close] = useFields(typeof source === "function" ? () => source(row) : source);
  const [secret, tell] = useState<string>();
  const title = t(edit.label ?? "action.edit");
  return (
    <>
      <Button type="link" size="small" onClick={() => void open()}>
        {title}
      </Button>
      {fields !== undefined && (
        <FormDialog
          title={title}
          fields={fields}
          about={edit.about?.(row)}
          initial={edit.values(row)}
          {...(edit.done === undefined ? {} : { said: edit.done })}
          close={close}
          isShownOnce={(answer) => edit.secret?.(answer) != null}
          run={(values) => edit.run(row, values)}
          done={(answer) => {
            close();
            tell(edit.secret?.(answer) ?? undefined);
            done();
          }}
        />
      )}
      {secret !== undefined && (
        <Secret title={title} hint={t(edit.secretHint ?? "form.keyOnce")} text={secret} close={() => tell(undefined)} />
      )}
    </>
  );
}
