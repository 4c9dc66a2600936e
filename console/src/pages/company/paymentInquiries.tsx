// Inquiries of customs by announcement 179 (海关询问): what was asked, how much time is left, what customs said.
import { call } from "../../api/client";
import type { Schema } from "../../api/types";
import { useT } from "../../i18n";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { Badge } from "../../view/Badge";

type Inquiry = Schema<"InquiryView">;

const WORDS = { waiting: "inquiry.waiting", uploaded: "inquiry.uploaded", failed: "inquiry.failed" } as const;

const inquiries = defineResource({
  name: "paymentInquiries",
  list: "payment_inquiries",
  title: "menu.paymentInquiries",
  intro: "inquiry.intro",
  path: "/api/v1/payment-inquiries",
  rowKey: (row) => row.id,
  empty: "inquiry.empty",
  filters: [
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: [
        { value: "waiting", label: "inquiry.waiting" },
        { value: "uploaded", label: "inquiry.uploaded" },
        { value: "failed", label: "inquiry.failed" },
      ],
    },
    { key: "orderNo", label: "document.orderNo" },
  ],
  columns: [
    { key: "orderNo", title: "document.orderNo", as: "code" },
    { key: "state", title: "message.state", render: (row) => <InquiryState row={row} />, words: WORDS },
    { key: "secondsLeft", title: "inquiry.left", render: (row) => <Left row={row} /> },
    { key: "receivedAt", title: "inquiry.receivedAt", as: "time", sort: BY_AGE },
    { key: "answer", title: "inquiry.answer", value: (row) => [row.answerCode, row.answerText].filter(Boolean).join(" ") || row.reason, from: "answerText" },
    { key: "endedAt", title: "inquiry.endedAt", as: "time" },
    { key: "tries", title: "inquiry.tries", as: "number", extra: true },
    { key: "method", title: "inquiry.method", extra: true },
    { key: "certificateNo", title: "inquiry.certificateNo", as: "code", extra: true },
    { key: "sessionNo", title: "inquiry.sessionNo", as: "code", extra: true },
  ],
  actions: [
    {
      key: "resend",
      label: "inquiry.resend",
      needs: "resend_payment",
      bulk: true,
      about: (row) => row.orderNo,
      when: (row) => row.state === "failed",
      confirm: "inquiry.resendConfirm",
      done: "inquiry.queued",
      run: (row) => call("POST", "/api/v1/payment-inquiries/{id}/resend", { path: { id: row.id } }),
    },
  ],
});

function InquiryState({ row }: { row: Inquiry }) {
  if (row.state === "uploaded") return <Badge look="good" word="inquiry.uploaded" />;
  return row.state === "failed" ? <Badge look="bad" word="inquiry.failed" /> : <Badge look="warn" word="inquiry.waiting" />;
}

function Left({ row }: { row: Inquiry }) {
  const t = useT();
  const seconds = row.secondsLeft;
  if (seconds === undefined || seconds === null) return null;
  if (seconds >= 0) return <span className="num">{t("inquiry.seconds", { n: seconds })}</span>;
  return <Badge look="bad" word="inquiry.late" />;
}

export function PaymentInquiries() {
  return <ResourceList resource={inquiries} />;
}
