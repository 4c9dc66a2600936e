// A company applies for something: to be admitted, one more business role, or a correction of its master data.
import { DownOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call } from "../../api/client";
import { useCan, useSession } from "../../api/session";
import { bytes } from "../../format/number";
import { useT } from "../../i18n";
import { FILE_MAX } from "../../resource/FileInput";
import { FormDialog } from "../../resource/FormDialog";
import { useProblem } from "../../resource/problem";
import type { Values } from "../../resource/resource";
import { type Application, applicationsOf, FILE, formOf } from "./applications";
import { attachTo } from "./attach";

export function OpenCase() {
  const t = useT();
  const can = useCan();
  const { company } = useSession();
  const [chosen, open] = useState<Application>();
  if (!can("open_case")) return null;
  const offered = applicationsOf(company != null);
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: offered.map((one) => ({ key: one.name, label: t(one.label) })),
          onClick: ({ key }) => open(offered.find((one) => one.name === key)),
        }}
      >
        <Button type="primary">
          {t("case.apply")} <DownOutlined />
        </Button>
      </Dropdown>
      {chosen !== undefined && <ApplicationDialog application={chosen} initial={{}} close={() => open(undefined)} />}
    </>
  );
}

interface Props {
  application: Application;
  initial: Values;
  close: () => void;
}

/** The form with its document; then the page of the case. */
export function ApplicationDialog({ application, initial, close }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const problem = useProblem();
  const { message } = App.useApp();
  const apply = async ({ [FILE]: file, ...values }: Values & { [FILE]: File }) => {
    if (file.size > FILE_MAX) throw new Error(t("declare.tooLarge", { max: bytes(FILE_MAX) }));
    const opened = await call("POST", "/api/v1/cases", { body: { kind: application.name, form: formOf(application, values) } });
    try {
      await attachTo(opened.id, application.document, file);
    } catch (error) {
      // The application is in: its page says what is missing, and takes it.
      problem(error);
      void message.warning(t("case.fileFailed"));
    }
    return opened;
  };
  const done = (answer: { id: string }) => {
    close();
    void navigate(`/cases/${answer.id}`);
  };
  return <FormDialog title={t(application.label)} fields={application.fields} initial={initial} close={close} run={apply} done={done} />;
}
