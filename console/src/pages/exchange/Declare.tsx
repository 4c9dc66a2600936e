// Declare (申报): drop a file, see every mistake at once at its cell, put it right, submit, and watch.
import { DownloadOutlined, InboxOutlined, RedoOutlined, SendOutlined } from "@ant-design/icons";
import { Alert, App, Button, Dropdown, Space, Steps, Table, Upload } from "antd";
import { useState } from "react";
import { save, saveAs, send, upload } from "../../api/client";
import { useCan, useSession } from "../../api/session";
import type { Schema } from "../../api/types";
import { bytes, count } from "../../format/number";
import { useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { useScrolling } from "../../resource/sticky";
import { useKept } from "../../resource/useKept";
import { useProblem } from "../../resource/problem";
import { ErrorView } from "../../view/ErrorView";
import { FindingTable } from "./FindingTable";
import { contentType, FILES_ACCEPTED, FILE_MAX } from "./files";
import { KINDS, kindsOf } from "./kinds";
import { Key } from "./Key";
import { Kind } from "./State";
import { type Accepted, Watch } from "./Watch";

type Preflight = Schema<"PreflightAnswer">;

type Stage =
  | { at: "choose"; error?: unknown }
  | { at: "checking"; file: File }
  | { at: "checked"; file: File; result: Preflight }
  | { at: "submitted"; accepted: Accepted[] };

export function Declare() {
  const t = useT();
  const problem = useProblem();
  const [stage, go] = useKept<Stage>("declare", { at: "choose" });
  const [busy, setBusy] = useState(false);
  const check = async (file: File) => {
    go({ at: "checking", file });
    try {
      go({ at: "checked", file, result: await upload("POST", "/api/v1/preflight", { body: file, type: contentType(file.name) }) });
    } catch (error) {
      go({ at: "choose", error });
    }
  };
  const submit = async (file: File) => {
    setBusy(true);
    try {
      // XML and JSON are one message, a workbook may be several.
      const answer = await upload("POST", "/api/v1/messages", { body: file, type: contentType(file.name) });
      go({ at: "submitted", accepted: "items" in answer ? answer.items : [answer] });
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  const step = { choose: 0, checking: 1, checked: 1, submitted: 3 }[stage.at];
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.declare")}</h1>
        <Templates />
      </div>
      <div className="panel">
        <Steps
          size="small"
          current={step}
          items={[
            { title: t("declare.choose") },
            { title: t("declare.check") },
            { title: t("declare.submit") },
            { title: t("declare.watch") },
          ]}
        />
      </div>
      {(stage.at === "choose" || stage.at === "checking") && (
        <Choose checking={stage.at === "checking" ? stage.file.name : undefined} check={(file) => void check(file)} />
      )}
      {stage.at === "choose" && stage.error !== undefined && <ErrorView error={stage.error} />}
      {stage.at === "checked" && (
        <Checked
          file={stage.file}
          result={stage.result}
          busy={busy}
          again={() => go({ at: "choose" })}
          submit={() => void submit(stage.file)}
        />
      )}
      {stage.at === "submitted" && <Watch accepted={stage.accepted} again={() => go({ at: "choose" })} />}
    </>
  );
}

function Choose({ checking, check }: { checking: string | undefined; check: (file: File) => void }) {
  const t = useT();
  const { message } = App.useApp();
  const take = (file: File) => {
    if (file.size > FILE_MAX) void message.error(t("declare.tooLarge", { max: bytes(FILE_MAX) }));
    else if (file.size === 0) void message.error(t("declare.emptyFile"));
    else check(file);
    return false;
  };
  return (
    <div className="panel">
      <Upload.Dragger accept={FILES_ACCEPTED} multiple={false} showUploadList={false} disabled={checking !== undefined} beforeUpload={take}>
        <p className="ant-upload-drag-icon">
          <InboxOutlined />
        </p>
        <p className="ant-upload-text">{checking === undefined ? t("declare.drop") : t("declare.checking", { name: checking })}</p>
        <p className="soft">{t("declare.dropHint", { max: bytes(FILE_MAX) })}</p>
      </Upload.Dragger>
    </div>
  );
}

interface CheckedProps {
  file: File;
  result: Preflight;
  busy: boolean;
  again: () => void;
  submit: () => void;
}

function Checked({ file, result, busy, again, submit }: CheckedProps) {
  const t = useT();
  const scrolling = useScrolling();
  const can = useCan();
  const problem = useProblem();
  const refused = result.findings.filter((finding) => finding.severity === "refuse").length;
  const others = result.findings.length - refused;
  // A note says that nothing is wrong; it takes no colour away.
  const isWarned = result.findings.some((finding) => finding.severity === "warn");
  const isWorkbook = /\.(xlsx|csv)$/i.test(file.name);
  const report = async () => {
    try {
      const response = await send("POST", "/api/v1/workbook-report", { body: file, type: contentType(file.name) });
      // The platform does not know what the file is called; the person finds the report beside it.
      await saveAs(response, file.name.replace(/\.(xlsx|csv)$/i, "-校验.xlsx"));
    } catch (error) {
      problem(error);
    }
  };
  return (
    <>
      <Alert
        className="gap"
        type={result.ok ? (isWarned ? "warning" : "success") : "error"}
        showIcon
        role="status"
        title={
          result.ok
            ? t("declare.good", { name: file.name, n: count(result.documents.length) })
            : t("declare.bad", { name: file.name, n: count(refused) })
        }
        description={
          <>
            {!result.ok && <div>{t(isWorkbook && can("workbook_report") ? "declare.badWorkbook" : "declare.badAdvice")}</div>}
            {others > 0 && <div>{t("declare.others", { n: count(others) })}</div>}
          </>
        }
        action={
          <Space orientation="vertical">
            {result.ok && can("submit") && (
              <Button type="primary" icon={<SendOutlined />} loading={busy} onClick={submit}>
                {t("declare.submit")}
              </Button>
            )}
            <Button icon={<RedoOutlined />} onClick={again}>
              {t("declare.another")}
            </Button>
            {isWorkbook && result.findings.length > 0 && can("workbook_report") && (
              <Button icon={<DownloadOutlined />} onClick={() => void report()}>
                {t("declare.report")}
              </Button>
            )}
          </Space>
        }
      />
      {result.findings.length > 0 && (
        <div className="panel">
          <h2>
            {t("message.findings")} ({count(result.findings.length)})
          </h2>
          <FindingTable findings={result.findings} empty="message.noFindings" />
        </div>
      )}
      <div className="panel">
        <h2>
          {t("message.documents")} ({count(result.documents.length)})
        </h2>
        <Table
          size="small"
          rowKey={(document) => `${document.sheet ?? ""} ${document.kind} ${document.number}`}
          dataSource={result.documents}
          pagination={result.documents.length > 20 ? { pageSize: 20 } : false}
          {...scrolling}
          columns={[
            { title: t("document.number"), dataIndex: "number", align: "right", width: 80 },
            { title: t("message.kind"), width: 220, render: (_, document) => <Kind kind={document.kind} name={document.kindName} /> },
            { title: t("document.key"), render: (_, document) => <Key kind={document.kind} text={document.key} /> },
          ]}
        />
      </div>
    </>
  );
}

function Templates() {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const named = useName();
  const { company } = useSession();
  if (!can("template")) return null;
  const { own, others } = kindsOf(company?.roles ?? []);
  const item = (kind: string) => ({ key: kind, label: `${kind} ${named("kind", kind)}` });
  const download = async (kind: string) => {
    try {
      await save(await send("GET", "/api/v1/templates/{kind}", { path: { kind } }), `${kind}.xlsx`);
    } catch (error) {
      problem(error);
    }
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items:
          own.length === 0 || others.length === 0
            ? KINDS.map(item)
            : [...own.map(item), { type: "divider" as const }, { type: "group" as const, key: "others", label: t("declare.otherTemplates"), children: others.map(item) }],
        onClick: ({ key }) => void download(key),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t("declare.template")}</Button>
    </Dropdown>
  );
}
