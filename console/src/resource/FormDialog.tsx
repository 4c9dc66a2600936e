// A form in a dialog, made from a list of fields: to add something, to change it.
import { Alert, App, DatePicker, Form, Input, InputNumber, Modal, Select, Switch, Typography } from "antd";
import type { Rule } from "antd/es/form";
import dayjs, { type Dayjs } from "dayjs";
import { type ReactNode, useId, useState } from "react";
import { ApiError } from "../api/problem";
import { type Translate, useLanguage, type Word } from "../i18n";
import { ProblemText, problemTitle } from "../view/ErrorView";
import { count } from "../format/number";
import { FileInput } from "./FileInput";
import { fits, NUMBER_MAX } from "./fits";
import { labelOf } from "./options";
import type { Field, Values } from "./resource";
import { REASON_CHARS_MAX } from "./ReasonDialog";
import { saidOf } from "./said";

interface Props<Answer> {
  title: string;
  fields: readonly Field[];
  initial: Values;
  /** What it is about, above the fields. */
  about?: ReactNode;
  /** What is said when it is done. */
  said?: Word;
  /** Whether an answer has something that is shown once: nothing covers it. */
  isShownOnce?: (answer: Answer) => boolean;
  close: () => void;
  run(values: Values): Promise<Answer>;
  done: (answer: Answer) => void;
}

export function FormDialog<Answer>({ title, fields, initial, about, said = "action.done", isShownOnce, close, run, done }: Props<Answer>) {
  const { t, language } = useLanguage();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const name = useId().replaceAll(":", "");
  const send = async (values: Values) => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await run(cleaned(fields, values));
      if (isShownOnce?.(answer) !== true) void message.success(t(saidOf(answer, said)));
      done(answer);
    } catch (failed) {
      if (!(failed instanceof ApiError && failed.status === 401)) setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={title}
      okText={t("action.ok")}
      cancelText={t("action.cancel")}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={close}
      mask={{ closable: false }}
    >
      {about !== undefined && <div className="gap break">{about}</div>}
      <Form form={form} name={name} layout="vertical" initialValues={opened(fields, initial)} onFinish={(values) => void send(values)}>
        {fields.map((field) => (
          <Form.Item
            key={field.key}
            name={field.key}
            label={t(field.label)}
            {...extraOf(field, t)}
            {...(field.as === "switch" ? { valuePropName: "checked" } : {})}
            rules={rulesOf(field, t)}
          >
            {input(field, t)}
          </Form.Item>
        ))}
      </Form>
      {error !== undefined && (
        <Alert type="error" showIcon role="alert" title={problemTitle(error, t, language === "en")} description={<ProblemText error={error} />} />
      )}
    </Modal>
  );
}

/** The range of a number in words, with what it counts. */
function rangeOf(field: Field, t: Translate): string {
  const unit = field.unit === undefined ? "" : ` ${labelOf(field.unit, t)}`;
  return `${count(field.min ?? 0)}–${count(field.max ?? NUMBER_MAX)}${unit}`;
}

/** What stands below a field: its hint, and of a number the range. */
function extraOf(field: Field, t: Translate): { extra?: string } {
  const hint = field.hint === undefined ? [] : [t(field.hint)];
  const range = field.as === "number" && field.max !== undefined ? [t("form.range", { range: rangeOf(field, t) })] : [];
  const extra = [...hint, ...range];
  return extra.length === 0 ? {} : { extra: extra.join(" ") };
}

function rulesOf(field: Field, t: Translate): Rule[] {
  const chosen = field.as === "select" || field.as === "choices" || field.as === "day" || field.as === "file";
  const rules: Rule[] = [{ required: field.required === true, message: t(chosen ? "form.choose" : "form.required") }];
  // What is out of range is told: a number that changes under one's hands is sent without being seen.
  if (field.as === "number") {
    rules.push({
      validator: (_: unknown, value: unknown) =>
        value === null || value === undefined || fits(field, value) ? Promise.resolve() : Promise.reject(new Error(t("form.outOfRange"))),
    });
  }
  return rules;
}

function input(field: Field, t: Translate): ReactNode {
  const options = (field.options ?? []).map((option) => ({
    value: option.value,
    label: labelOf(option.label, t),
  }));
  const maxLength = field.max ?? 200;
  switch (field.as) {
    case "select":
      return <Select options={options} allowClear={field.required !== true} showSearch={{ optionFilterProp: "label" }} />;
    case "choices":
      return <Select mode="multiple" options={options} showSearch={{ optionFilterProp: "label" }} />;
    case "tags":
      return <Select mode="tags" options={options} tokenSeparators={[",", " ", "，"]} />;
    case "number":
      return <InputNumber className="wide" />;
    case "switch":
      return <Switch />;
    case "area":
      return <Input.TextArea rows={4} maxLength={field.max ?? 2000} showCount />;
    case "reason":
      return <Input.TextArea rows={3} maxLength={REASON_CHARS_MAX} placeholder={t("action.reasonHint")} />;
    case "day":
      return <DatePicker />;
    case "file":
      return <FileInput />;
    case "text":
    case undefined:
      return <Input maxLength={maxLength} autoComplete="off" />;
  }
}

/** What the fields need to show the values. */
function opened(fields: readonly Field[], values: Values): Values {
  const shown: Values = { ...values };
  for (const field of fields) {
    const value = values[field.key];
    if (field.as === "day" && typeof value === "string" && value !== "") shown[field.key] = dayjs(value);
  }
  return shown;
}

/** What the API wants: days as texts, texts without blanks around them, nothing for an empty one. */
function cleaned(fields: readonly Field[], values: Values): Values {
  const sent: Values = {};
  for (const field of fields) {
    let value: unknown = values[field.key];
    if (dayjs.isDayjs(value)) value = (value as Dayjs).format("YYYY-MM-DD");
    if (typeof value === "string") value = value.trim();
    if (value === "" || value === undefined || value === null) continue;
    sent[field.key] = value;
  }
  return sent;
}

/** Something that the platform says only once. */
export function Secret({ title, hint, text, close }: { title: string; hint: string; text: string; close: () => void }) {
  const { t } = useLanguage();
  return (
    <Modal open title={title} okText={t("action.close")} onOk={close} onCancel={close} cancelButtonProps={{ hidden: true }} mask={{ closable: false }}>
      <Alert className="gap" type="warning" showIcon title={hint} />
      <Typography.Paragraph copyable={{ text }} code>
        {text}
      </Typography.Paragraph>
      {/^https?:\/\//.test(text) && (
        <a href={text} target="_blank" rel="noopener noreferrer">
          {t("action.openInTab")}
        </a>
      )}
    </Modal>
  );
}
