// Payment data of announcement 179 (支付数据): what the company handed in. Personal data are masked until
// somebody says why they must be seen.
import { App, Button } from "antd";
import { useEffect, useState } from "react";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { defineResource } from "../../resource/resource";
import { useBrief } from "../../resource/useBrief";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";

type Detail = Schema<"PaymentDetail">;

const payments = defineResource({
  name: "paymentData",
  list: "payment_data",
  title: "menu.paymentData",
  intro: "payment.intro",
  path: "/api/v1/payment-data",
  rowKey: (row) => row.id,
  empty: "payment.empty",
  filters: [
    { key: "orderNo", label: "document.orderNo" },
    { key: "transactionNo", label: "payment.transactionNo" },
  ],
  columns: [
    { key: "transactionNo", title: "payment.transactionNo", as: "code" },
    { key: "payCode", title: "payment.payCode", as: "code" },
    { key: "totalAmount", title: "payment.totalAmount", as: "code" },
    { key: "orders", title: "payment.orders", as: "number" },
    { key: "tradingTime", title: "payment.tradingTime", as: "code" },
    { key: "createdAt", title: "payment.createdAt", as: "time", sort: BY_AGE },
    { key: "keepUntil", title: "payment.keepUntil", as: "time" },
    { key: "ebpCode", title: "payment.ebpCode", as: "code", extra: true },
    { key: "changedAt", title: "payment.changedAt", as: "time", extra: true },
    { key: "id", title: "case.number", as: "code", extra: true },
  ],
  detail: (row) => <PaymentCard id={row.id} />,
  detailTitle: (row) => row.transactionNo,
});

function PaymentCard({ id }: { id: string }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const { message } = App.useApp();
  const [masked, setMasked] = useState<Detail>();
  const [full, show] = useBrief<Detail>();
  const detail = full ?? masked;
  const [isAsked, ask] = useState(false);
  useEffect(() => {
    call("GET", "/api/v1/payment-data/{id}", { path: { id } }).then(setMasked, problem);
  }, [id, problem]);
  const unmask = async (reason: string) => {
    show(await call("POST", "/api/v1/payment-data/{id}/unmask", { path: { id }, body: { reason } }));
    void message.success(t("action.done"));
  };
  if (!detail) return null;
  return (
    <>
      <p className="soft">{t(detail.masked ? "payment.masked" : "payment.unmasked")}</p>
      <h3>{t("payment.head")}</h3>
      <pre className="xml">{JSON.stringify(detail.payExchangeInfoHead, null, 2)}</pre>
      <h3>{t("payment.lists")}</h3>
      <pre className="xml">{JSON.stringify(detail.payExchangeInfoLists, null, 2)}</pre>
      {detail.masked && can("unmask_payment") ? <Button onClick={() => ask(true)}>{t("message.unmask")}</Button> : null}
      {isAsked && <ReasonDialog title={t("message.unmask")} hint={t("payment.unmaskHint")} run={unmask} close={() => ask(false)} />}
    </>
  );
}

export function PaymentData() {
  return <ResourceList resource={payments} />;
}
