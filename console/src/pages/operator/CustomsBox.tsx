// The simulator of customs (海关模拟器), steered by hand; only where it exists.
import { App, Button, Input, InputNumber, Popconfirm, Select, Space } from "antd";
import { type ReactNode, useId, useState } from "react";
import { call } from "../../api/client";
import { useT, type Word } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Drill, useDrillChanged } from "./Drill";

/** Import and export have queues of their own. */
const LINES = ["both", "import", "export"] as const;
const OUTAGES = ["silent", "garbage", "slow"] as const;

export function CustomsBox() {
  const t = useT();
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.customsBox")}</h1>
      </div>
      <p className="soft">{t("customsBox.intro")}</p>
      <Drill />
      <div className="columns-2">
        <Inject />
        <Outage />
      </div>
    </>
  );
}

/** Runs an act and tells how it ended. */
function useAct(): [boolean, (act: () => Promise<unknown>, said: string) => void] {
  const problem = useProblem();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await act();
      void message.success(said);
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return [busy, (act, said) => void run(act, said)];
}

function Labelled({ label, field }: { label: Word; field: (id: string) => ReactNode }) {
  const t = useT();
  const id = useId();
  return (
    <div className="stack-field">
      <label htmlFor={id}>{t(label)}</label>
      {field(id)}
    </div>
  );
}

function Inject() {
  const t = useT();
  const [busy, run] = useAct();
  const [messageId, setMessageId] = useState("");
  const [document, setDocument] = useState(1);
  const [returnStatus, setStatus] = useState(100);
  const [returnInfo, setInfo] = useState("");
  const [delay, setDelay] = useState(0);
  const body = { messageId: messageId.trim(), document, returnStatus, returnInfo, delayMs: delay * 1000 };
  return (
    <section className="panel">
      <h2>{t("customsBox.inject")}</h2>
      <p className="soft">{t("customsBox.injectHint")}</p>
      <Labelled
        label="customsBox.messageId"
        field={(id) => <Input id={id} maxLength={40} value={messageId} onChange={(event) => setMessageId(event.target.value)} />}
      />
      <Space align="start" wrap>
        <Labelled
          label="customsBox.document"
          field={(id) => <InputNumber id={id} min={1} max={100} precision={0} value={document} onChange={(n) => setDocument(n ?? 1)} />}
        />
        <Labelled
          label="customsBox.returnStatus"
          field={(id) => <InputNumber id={id} precision={0} value={returnStatus} onChange={(n) => setStatus(n ?? 100)} />}
        />
        <Labelled
          label="customsBox.delay"
          field={(id) => <InputNumber id={id} min={0} max={3600} precision={0} value={delay} onChange={(n) => setDelay(n ?? 0)} />}
        />
      </Space>
      <Labelled
        label="customsBox.returnInfo"
        field={(id) => <Input.TextArea id={id} rows={2} maxLength={1000} value={returnInfo} onChange={(event) => setInfo(event.target.value)} />}
      />
      <Button
        type="primary"
        loading={busy}
        disabled={body.messageId === ""}
        onClick={() => run(() => call("POST", "/api/v1/customs-box/receipts", { body }), t("customsBox.injected", { n: delay }))}
      >
        {t("customsBox.send")}
      </Button>
    </section>
  );
}

function Outage() {
  const t = useT();
  const [busy, run] = useAct();
  const changed = useDrillChanged();
  const [outage, setOutage] = useState<(typeof OUTAGES)[number]>("silent");
  const [line, setLine] = useState<(typeof LINES)[number]>("both");
  const [seconds, setSeconds] = useState(60);
  const send = (n: number) => {
    const said = t("customsBox.started", { kind: t(`customsBox.${outage}`), n });
    run(() => call("POST", "/api/v1/customs-box/outage", { body: { outage, forMs: n * 1000, ...(line === "both" ? {} : { direction: line }) } }).finally(changed), said);
  };
  return (
    <section className="panel">
      <h2>{t("customsBox.outage")}</h2>
      <p className="soft">{t("customsBox.outageHint")}</p>
      <Labelled
        label="customsBox.outageKind"
        field={(id) => (
          <Select
            id={id}
            className="wide"
            value={outage}
            onChange={setOutage}
            options={OUTAGES.map((value) => ({ value, label: t(`customsBox.${value}`) }))}
          />
        )}
      />
      <Labelled
        label="customsBox.line"
        field={(id) => (
          <Select id={id} className="wide" value={line} onChange={setLine} options={LINES.map((value) => ({ value, label: t(`customsBox.line.${value}`) }))} />
        )}
      />
      <Labelled
        label="customsBox.forSeconds"
        field={(id) => <InputNumber id={id} min={1} max={3600} precision={0} value={seconds} onChange={(n) => setSeconds(n ?? 60)} />}
      />
      <Space>
        <Popconfirm
          title={t("customsBox.startConfirm", { kind: t(`customsBox.${outage}`), line: t(`customsBox.line.${line}`), n: seconds })}
          description={t("customsBox.outageHint")}
          okText={t("customsBox.start")}
          cancelText={t("action.cancel")}
          onConfirm={() => send(seconds)}
        >
          <Button type="primary" danger loading={busy}>
            {t("customsBox.start")}
          </Button>
        </Popconfirm>
      </Space>
    </section>
  );
}
