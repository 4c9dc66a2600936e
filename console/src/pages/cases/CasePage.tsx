// One case (办件): what was applied for, with which documents, every step, and what can be done now.
import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Modal, Space, Table, Timeline, Upload } from "antd";
import { useEffect, useState } from "react";
import { Link, useParams } from "react-router";
import { call, save, send } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useLive } from "../../api/live";
import { useCan, useSession } from "../../api/session";
import { bytes } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named, NamedList, useName } from "../../i18n/names";
import { useProblem } from "../../resource/problem";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { FILE_MAX, FILES } from "../../resource/FileInput";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { Code } from "../../resource/show";
import { useBrief } from "../../resource/useBrief";
import { APPLICATIONS, filledFrom, missingOf } from "./applications";
import { attachTo } from "./attach";
import { sawCase } from "./caseNews";
import { CaseState, Due } from "./CaseState";
import { ApplicationDialog } from "./OpenCase";
import type { CaseDetail } from "./types";

export function CasePage() {
  const { id = "" } = useParams();
  const client = useQueryClient();
  const found = useQuery({
    queryKey: ["case", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/cases/{id}", { path: { id }, signal }),
  });
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["case", id] });
    void client.invalidateQueries({ queryKey: ["list", "cases"] });
  };
  // Another person may act on it at any time.
  useLive(["case"], refresh);
  const isGranted = found.data?.state === "done";
  useEffect(() => {
    if (isGranted) sawCase(localStorage, id);
  }, [isGranted, id]);
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={refresh} />;
  if (found.data === undefined) return <Loading />;
  return <CaseView detail={found.data} refresh={refresh} />;
}

function CaseView({ detail, refresh }: { detail: CaseDetail; refresh: () => void }) {
  const t = useT();
  return (
    <>
      <div className="page-head">
        <h1>{detail.title}</h1>
        <Acts detail={detail} refresh={refresh} />
      </div>
      <Missing detail={detail} />
      <ApplyAgain detail={detail} />
      <div className="panel">
        <Descriptions
          size="small"
          column={3}
          items={[
            { key: "number", label: t("case.number"), children: <Code text={detail.id} /> },
            { key: "kind", label: t("case.kind"), children: <Named family="caseKind" code={detail.kind} chinese={detail.kindName} /> },
            { key: "state", label: t("message.state"), children: <CaseState state={detail.state} name={detail.stateName} /> },
            { key: "due", label: t("case.dueAt"), children: <Due of={detail} /> },
            { key: "company", label: t("message.company"), children: detail.company?.name ?? "–" },
            { key: "by", label: t("case.appliedBy"), children: detail.appliedBy },
            { key: "at", label: t("case.appliedAt"), children: dateTime(detail.appliedAt) },
          ]}
        />
      </div>
      <div className="columns-21">
        <div>
          <div className="panel">
            <div className="page-head">
              <h2>{t("case.form")}</h2>
              <Unmask detail={detail} />
            </div>
            <Descriptions
              size="small"
              bordered
              column={2}
              items={detail.fields.map((field) => ({
                key: field.name,
                label: <Named family="caseField" code={field.name} chinese={field.label} />,
                children: <FieldValue name={field.name} value={field.value} />,
              }))}
            />
          </div>
          <Documents detail={detail} refresh={refresh} />
        </div>
        <div className="panel">
          <h2>{t("case.timeline")}</h2>
          <Timeline
            items={detail.timeline.map((step) => ({
              key: step.number,
              content: (
                <div>
                  <strong>
                    <Named family="caseAct" code={step.act} chinese={step.actName} />
                  </strong> <span className="soft num nowrap">{dateTime(step.at)}</span>
                  <div className="soft">{step.name}</div>
                  {step.remark !== "" && <div className="info">{step.remark}</div>}
                </div>
              ),
            }))}
          />
        </div>
      </div>
    </>
  );
}

/** That a required document is not there: to the applicant what to upload, to the bureau before it accepts. */
function Missing({ detail }: { detail: CaseDetail }) {
  const t = useT();
  const can = useCan();
  const named = useName();
  const missing = missingOf(detail);
  if (missing.length === 0) return null;
  const names = missing.map((one) => named("caseDocument", one.name, one.label)).join(t("list.join"));
  const advice = can("open_case") ? "case.missingUpload" : detail.state === "applied" ? "case.missingWait" : "case.missingAsk";
  return <Alert className="gap" type="warning" showIcon role="status" title={t("case.missing", { names })} description={t(advice)} />;
}

/** What was returned ends here: its applicant begins again with what was written. */
function ApplyAgain({ detail }: { detail: CaseDetail }) {
  const t = useT();
  const can = useCan();
  const { company } = useSession();
  const [open, setOpen] = useState(false);
  const application = APPLICATIONS.find((one) => one.name === detail.kind);
  const isOver = detail.state === "returned" || detail.state === "withdrawn";
  if (!isOver || !can("open_case")) return null;
  const isAgent = detail.kind === "agent.appoint";
  if (!isAgent && application?.isOfCompany !== (company != null)) return null;
  const isReturned = detail.state === "returned";
  return (
    <>
      <Alert
        className="gap"
        type={isReturned ? "warning" : "info"}
        showIcon
        title={t(isReturned ? "case.again" : "case.withdrawnAgain")}
        action={
          isAgent ? (
            <Link to="/agents">{t("case.applyAgain")}</Link>
          ) : (
            <Button type="primary" size="small" onClick={() => setOpen(true)}>
              {t("case.applyAgain")}
            </Button>
          )
        }
      />
      {open && application !== undefined && <ApplicationDialog application={application} initial={filledFrom(application, detail.fields)} close={() => setOpen(false)} />}
    </>
  );
}

/** Values that are codes in the form: business roles, directions, kinds of messages. */
const CODED: Readonly<Record<string, "business" | "kind">> = { roles: "business", role: "business", kinds: "kind" };

function FieldValue({ name, value }: { name: string; value: string }) {
  const t = useT();
  const codes = value.split(",").map((one) => one.trim());
  if (value === "") return <span className="soft">–</span>;
  if (name === "directions") return codes.map((one) => t(one === "export" ? "message.export" : "message.import")).join(t("list.join"));
  const family = CODED[name];
  // A code that goes over two lines cannot be read out or compared.
  if (family === undefined) return /^[A-Z0-9]{8,22}$/.test(value) ? <Code text={value} /> : value;
  return <NamedList family={family} codes={codes} />;
}

function Acts({ detail, refresh }: { detail: CaseDetail; refresh: () => void }) {
  const t = useT();
  const can = useCan();
  const named = useName();
  const { message } = App.useApp();
  const [asked, ask] = useState<CaseDetail["acts"][number]>();
  if (!can("act_on_case")) return null;
  const askedName = asked === undefined ? "" : named("caseAct", asked.act, asked.name);
  const run = async (act: string, reason: string) => {
    await call("POST", "/api/v1/cases/{id}/{act}", { path: { id: detail.id, act }, body: { reason } });
    // Passing on to the approver is not the end of the case.
    void message.success(act === "approve" ? t("case.passedOn") : t("case.actDone", { name: askedName }));
    refresh();
  };
  const isGrave = (act: string) => act === "return" || act === "withdraw";
  return (
    <Space>
      {detail.acts.map((act) => (
        <Button key={act.act} type={isGrave(act.act) ? "default" : "primary"} danger={isGrave(act.act)} onClick={() => ask(act)}>
          <Named family="caseAct" code={act.act} chinese={act.name} />
        </Button>
      ))}
      {asked !== undefined && (
        <ReasonDialog
          title={askedName}
          about={detail.title}
          label={asked.needsReason ? "case.remarkNeeded" : "case.remark"}
          reason={asked.needsReason ? "needed" : "optional"}
          danger={isGrave(asked.act)}
          run={(reason) => run(asked.act, reason)}
          close={() => ask(undefined)}
        />
      )}
    </Space>
  );
}

/** Personal fields in full, after a reason that the audit keeps, and for as long as one looks at them. */
function Unmask({ detail }: { detail: CaseDetail }) {
  const t = useT();
  const can = useCan();
  const [isAsked, ask] = useState(false);
  const [shown, show] = useBrief<Record<string, string>>();
  const isMasked = detail.fields.some((one) => one.isPersonal && one.value.includes("*"));
  if (!isMasked || !can("unmask_case")) return null;
  const run = async (reason: string) => show((await call("POST", "/api/v1/cases/{id}/unmask", { path: { id: detail.id }, body: { reason } })).fields);
  const close = () => show(undefined);
  return (
    <>
      <Button size="small" onClick={() => ask(true)}>
        {t("message.unmask")}
      </Button>
      {isAsked && <ReasonDialog title={t("message.unmask")} about={detail.title} run={run} close={() => ask(false)} />}
      {shown !== undefined && (
        <Modal open title={t("message.unmask")} okText={t("action.close")} onOk={close} onCancel={close} cancelButtonProps={{ hidden: true }}>
          <Descriptions
            size="small"
            bordered
            column={1}
            items={detail.fields
              .filter((one) => one.name in shown)
              .map((one) => ({
                key: one.name,
                label: <Named family="caseField" code={one.name} chinese={one.label} />,
                children: shown[one.name],
              }))}
          />
        </Modal>
      )}
    </>
  );
}

function Documents({ detail, refresh }: { detail: CaseDetail; refresh: () => void }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const { message } = App.useApp();
  // The applicant may add files while the case is with them.
  const mayAttach = can("attach") && (detail.state === "applied" || detail.state === "supplementing");
  const upload = async (document: string, file: File) => {
    if (file.size > FILE_MAX) {
      void message.error(t("declare.tooLarge", { max: bytes(FILE_MAX) }));
      return;
    }
    try {
      await attachTo(detail.id, document, file);
      void message.success(t("case.uploaded", { name: file.name }));
      refresh();
    } catch (error) {
      problem(error);
    }
  };
  const download = async (id: string, name: string) => {
    try {
      await save(await send("GET", "/api/v1/attachments/{id}", { path: { id } }), name);
    } catch (error) {
      problem(error);
    }
  };
  return (
    <div className="panel">
      <h2>{t("case.documents")}</h2>
      <Table
        size="small"
        rowKey="name"
        pagination={false}
        dataSource={detail.documents}
        columns={[
          {
            title: t("case.document"),
            render: (_, document) => (
              <>
                <Named family="caseDocument" code={document.name} chinese={document.label} /> {document.required && <span className="badge">{t("case.required")}</span>}
              </>
            ),
          },
          {
            title: t("case.files"),
            render: (_, document) => {
              const files = detail.attachments.filter((one) => one.document === document.name);
              if (files.length === 0) return <span className="soft">{t("case.noFile")}</span>;
              return files.map((file) => (
                <div key={file.id}>
                  <Button type="link" size="small" icon={<DownloadOutlined />} disabled={!can("attachment")} onClick={() => void download(file.id, file.name)}>
                    {file.name}
                  </Button>{" "}
                  <span className="soft">{bytes(file.bytes)}</span>
                </div>
              ));
            },
          },
          ...(mayAttach
            ? [
                {
                  title: t("list.operations"),
                  render: (_: unknown, document: CaseDetail["documents"][number]) => (
                    <Upload
                      accept={FILES}
                      showUploadList={false}
                      beforeUpload={(file) => {
                        void upload(document.name, file);
                        return false;
                      }}
                    >
                      <Button size="small" icon={<UploadOutlined />}>
                        {t("case.upload")}
                      </Button>
                    </Upload>
                  ),
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}
