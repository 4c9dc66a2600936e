// The signature check (验签诊断): a message in, what is wrong with its signature out, with the canonical
// bytes, every digest, the certificate and the one thing to change. Nothing is stored.
import { CopyOutlined, DownloadOutlined, FileProtectOutlined, InboxOutlined } from "@ant-design/icons";
import { Alert, App, Button, Collapse, Descriptions, Input, Space, Table, Upload } from "antd";
import { useEffect, useRef, useState } from "react";
import { upload } from "../../api/client";
import type { Schema } from "../../api/types";
import { bytes, count } from "../../format/number";
import { useLanguage, useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { ErrorView } from "../../view/ErrorView";
import { FITTING } from "../../resource/sticky";
import { titleOf, verdict } from "./clinic";
import { sentences } from "./sentences";
import { useFinding } from "./findingText";

type Answer = Schema<"ClinicAnswer">;

/** Longest message that is examined, in bytes. */
const MOST = 1024 * 1024;

export function Clinic() {
  const t = useT();
  const { message } = App.useApp();
  const [file, setFile] = useState<File>();
  const [text, setText] = useState("");
  const [certificate, setCertificate] = useState("");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<unknown>();
  const examine = async () => {
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    const body: BlobPart[] = [file ?? text];
    if (certificate.trim() !== "") body.push("\n", certificate.trim(), "\n");
    try {
      setAnswer(await upload("POST", "/api/v1/signature-clinic", { body: new Blob(body), type: "application/xml" }));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.clinic")}</h1>
      </div>
      <p className="soft">{t("clinic.intro")}</p>
      <div className="panel">
        <Upload.Dragger
          accept=".xml,.json,.txt,text/xml,application/xml,application/json"
          maxCount={1}
          fileList={file === undefined ? [] : [{ uid: file.name, name: file.name, size: file.size }]}
          onRemove={() => setFile(undefined)}
          beforeUpload={(chosen) => {
            if (chosen.size > MOST) void message.error(t("clinic.tooLarge", { max: bytes(MOST) }));
            else setFile(chosen);
            return false;
          }}
        >
          <p className="ant-upload-drag-icon">
            <InboxOutlined />
          </p>
          <p className="ant-upload-text">{t("clinic.drop")}</p>
          <p className="soft">{t("clinic.dropHint", { max: bytes(MOST) })}</p>
        </Upload.Dragger>
        <Input.TextArea
          className="gap mono"
          aria-label={t("clinic.paste")}
          placeholder={t("clinic.paste")}
          rows={4}
          spellCheck={false}
          disabled={file !== undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Collapse
          ghost
          size="small"
          items={[
            {
              key: "certificate",
              label: t("clinic.certificate"),
              children: (
                <Input.TextArea
                  className="mono"
                  aria-label={t("clinic.certificate")}
                  placeholder="-----BEGIN CERTIFICATE-----"
                  rows={4}
                  spellCheck={false}
                  value={certificate}
                  onChange={(event) => setCertificate(event.target.value)}
                />
              ),
            },
          ]}
        />
        <Button
          type="primary"
          icon={<FileProtectOutlined />}
          loading={busy}
          disabled={file === undefined && text.trim() === ""}
          onClick={() => void examine()}
        >
          {t("clinic.examine")}
        </Button>
      </div>
      {error !== undefined && <ErrorView error={error} />}
      {answer === undefined ? error === undefined && !busy && <p className="soft">{t("clinic.empty")}</p> : <Result answer={answer} />}
    </>
  );
}

function Result({ answer }: { answer: Answer }) {
  const { t, language } = useLanguage();
  const { look } = verdict(answer);
  const top = useRef<HTMLDivElement>(null);
  // What was found stands below the form: the eyes are led there.
  // Once for each answer, not whenever the tab is seen again.
  const shown = useRef<Answer>(undefined);
  useEffect(() => {
    if (shown.current !== answer) top.current?.scrollIntoView({ block: "start" });
    shown.current = answer;
  }, [answer]);
  return (
    <>
      <div ref={top} />
      <Alert
        className="gap"
        type={look}
        showIcon
        role="status"
        title={titleOf(answer).map((one) => t(one)).join(" · ")}
        description={
          <>
            <p>
              <strong>{t("clinic.change")}</strong>
              {language === "en" ? answer.adviceEn : answer.advice}{" "}
              {answer.code != null && (
                <a href={`/docs/codes/${encodeURIComponent(answer.code)}`} target="_blank" rel="noreferrer">
                  {answer.code}
                </a>
              )}
            </p>
            {answer.possibilities.length > 0 && (
              <>
                <p>{t("clinic.possible")}</p>
                <ol>
                  {(language === "en" && answer.possibilitiesEn.length > 0 ? answer.possibilitiesEn : answer.possibilities).map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ol>
              </>
            )}
          </>
        }
      />
      {answer.difference != null && (
        <section className="panel">
          <h2>{t("clinic.difference", { n: count(answer.difference.offset) })}</h2>
          <Descriptions
            column={1}
            size="small"
            items={[
              { key: "should", label: t("clinic.shouldBe"), children: <code>{answer.difference.shouldBe}</code> },
              { key: "was", label: t("clinic.was"), children: <code>{answer.difference.was}</code> },
            ]}
          />
        </section>
      )}
      <Digests answer={answer} />
      {answer.certificate != null && <CertificatePanel certificate={answer.certificate} keyName={answer.keyName ?? ""} />}
      <Bytes title={t("clinic.signedInfo")} text={answer.signedInfo} name="signed-info.txt" />
      <Bytes title={t("clinic.document")} text={answer.document} name="canonical.xml" />
    </>
  );
}

function Digests({ answer }: { answer: Answer }) {
  const t = useT();
  if (answer.algorithm == null) return null;
  const result = (good: boolean, yes: string, no: string) => <span className={`badge ${good ? "good" : "bad"}`}>{good ? yes : no}</span>;
  return (
    <section className="panel">
      <h2>{t("clinic.digests")}</h2>
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: "algorithm", label: t("clinic.algorithm"), children: answer.algorithm },
          ...(answer.digestAlgorithm == null ? [] : [{ key: "digest", label: t("clinic.digestAlgorithm"), children: answer.digestAlgorithm }]),
          ...(answer.digestExpected == null
            ? []
            : [{ key: "expected", label: t("clinic.expected"), children: <code>{answer.digestExpected}</code> }]),
        ]}
      />
      {answer.digests.length > 0 && (
        <Table
          size="small"
          rowKey="profile"
          pagination={false}
          {...FITTING}
          dataSource={answer.digests}
          columns={[
            { title: t("clinic.by"), render: (_, one) => <Form profile={one.profile} /> },
            { title: t("clinic.computed"), dataIndex: "computed", className: "mono" },
            {
              title: t("clinic.result"),
              render: (_, one) => result(one.equal, t("clinic.equal"), t("clinic.different")),
            },
          ]}
        />
      )}
      {answer.values.length > 0 && (
        <Table
          className="after"
          size="small"
          rowKey="profile"
          pagination={false}
          {...FITTING}
          dataSource={answer.values}
          columns={[
            { title: `${t("clinic.values")} · ${t("clinic.by")}`, render: (_, one) => <Form profile={one.profile} /> },
            {
              title: t("clinic.result"),
              render: (_, one) => result(one.passes, t("clinic.passes"), t("clinic.fails")),
            },
          ]}
        />
      )}
    </section>
  );
}

/** A form by what it does, with the name that the API and the command line have for it. */
function Form({ profile }: { profile: string }) {
  return (
    <>
      <Named family="clinicForm" code={profile} /> <span className="soft mono">{profile}</span>
    </>
  );
}

const CHAIN_LOOK = { "clinic.chainGood": "good", "clinic.chainBad": "bad", "clinic.chainUnchecked": "" } as const;

function CertificatePanel({ certificate, keyName }: { certificate: Schema<"CertificateView">; keyName: string }) {
  const t = useT();
  const { plain } = useFinding();
  const holder = { same: "clinic.holderSame", different: "clinic.holderDifferent" } as const;
  const owner = certificate.holder === "same" || certificate.holder === "different" ? holder[certificate.holder] : "clinic.holderUnknown";
  const chain = certificate.checked ? (certificate.faults.length === 0 ? "clinic.chainGood" : "clinic.chainBad") : "clinic.chainUnchecked";
  const company = [certificate.company ?? t("clinic.noName"), certificate.organisation].filter((one) => one != null).join(" ");
  return (
    <section className="panel">
      <h2>{t("clinic.theCertificate")}</h2>
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: "serial", label: t("clinic.serial"), children: <code>{certificate.serial}</code> },
          { key: "keyName", label: t("clinic.keyName"), children: <code>{keyName || "–"}</code> },
          { key: "company", label: t("clinic.company"), children: `${company} · ${t(owner)}` },
          { key: "subject", label: t("clinic.subject"), children: certificate.subject },
          { key: "issuer", label: t("clinic.issuer"), children: certificate.issuer },
          { key: "valid", label: t("clinic.valid"), children: <span className="num">{`${certificate.notBefore} – ${certificate.notAfter}`}</span> },
          { key: "key", label: t("clinic.key"), children: certificate.key },
          { key: "chain", label: t("clinic.chain"), children: <span className={`badge ${CHAIN_LOOK[chain]}`}>{t(chain)}</span> },
          ...certificate.faults.map((fault) => ({
            key: fault.code,
            label: (
              <a href={`/docs/codes/${encodeURIComponent(fault.code)}`} target="_blank" rel="noreferrer">
                {fault.code}
              </a>
            ),
            children: sentences(plain(fault).text, plain(fault).advice),
          })),
        ]}
      />
    </section>
  );
}

function Bytes({ title, text, name }: { title: string; text: string; name: string }) {
  const t = useT();
  const { message } = App.useApp();
  if (text === "") return null;
  const save = () => {
    const url = URL.createObjectURL(new Blob([text]));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    void message.success(t("action.done"));
  };
  return (
    <section className="panel">
      <h2>
        {title} <span className="soft">{t("clinic.bytes", { n: count(new TextEncoder().encode(text).length) })}</span>
      </h2>
      <Space className="gap">
        <Button size="small" icon={<CopyOutlined />} onClick={() => void copy()}>
          {t("clinic.copy")}
        </Button>
        <Button size="small" icon={<DownloadOutlined />} onClick={save}>
          {t("clinic.save")}
        </Button>
      </Space>
      <pre className="xml">{text}</pre>
    </section>
  );
}
