// Signing by the platform (平台代签): the company's administrator gives the consent; everybody sees the key.
import { App, Button, Descriptions, Popconfirm } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT, type Word } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Badge } from "../../view/Badge";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";


const VERIFY: Record<string, Word> = { required: "signing.required", tolerated: "signing.tolerated", off: "signing.off" };

export function Signing() {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const { message } = App.useApp();
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["signing"], queryFn: ({ signal }) => call("GET", "/api/v1/signing", { signal }) });
  const view = found.data;
  const consent = async (platformSigns: boolean) => {
    try {
      client.setQueryData(["signing"], await call("PUT", "/api/v1/signing/consent", { body: { platformSigns } }));
      void message.success(t(platformSigns ? "signing.nowOn" : "signing.nowOff"));
    } catch (error) {
      problem(error);
    }
  };
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={() => void found.refetch()} />;
  if (view === undefined) return <Loading />;
  const yes = (is: boolean) => t(is ? "signing.yes" : "signing.no");
  const key = view.key;
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.signing")}</h1>
      </div>
      <p className="soft">{t("signing.intro")}</p>
      <section className="panel">
        <h2>{t("signing.policy")}</h2>
        <Descriptions
          column={1}
          size="small"
          items={[
            {
              key: "platform",
              label: t("signing.platform"),
              children: view.platformSigns ? <Badge look="good" word="signing.on" /> : <Badge look="" word="signing.notOn" />,
            },
            { key: "verify", label: t("signing.verify"), children: t(VERIFY[view.verify] ?? "signing.off") },
            { key: "old", label: t("signing.allowOld"), children: yes(view.allowOld) },
            { key: "tolerant", label: t("signing.tolerant"), children: yes(view.allowTolerantProfiles) },
            { key: "waiting", label: t("signing.waiting"), children: <span className="num">{view.waiting}</span> },
          ]}
        />
        {can("signing_consent") && !view.platformSigns && !key ? <p className="soft">{t("signing.needsKey")}</p> : null}
        {can("signing_consent") ? (
          <Popconfirm
            disabled={!view.platformSigns && !key}
            title={t(view.platformSigns ? "signing.offConfirm" : "signing.onConfirm")}
            okText={t("action.ok")}
            cancelText={t("action.cancel")}
            onConfirm={() => void consent(!view.platformSigns)}
          >
            <Button disabled={!view.platformSigns && !key} type={view.platformSigns ? "default" : "primary"}>{t(view.platformSigns ? "signing.turnOff" : "signing.turnOn")}</Button>
          </Popconfirm>
        ) : null}
      </section>
      <section className="panel">
        <h2>{t("signing.key")}</h2>
        {key ? (
          <Descriptions
            column={1}
            size="small"
            items={[
              { key: "serial", label: t("inquiry.certificateNo"), children: <code>{key.serial}</code> },
              { key: "subject", label: t("signing.subject"), children: key.subject },
              { key: "family", label: t("inquiry.method"), children: key.family.toUpperCase() },
              { key: "validTo", label: t("signing.validTo"), children: <span className="num">{dateTime(key.validTo)}</span> },
              { key: "fault", label: t("signing.fault"), children: key.lastFault || t("signing.none") },
            ]}
          />
        ) : (
          <p>{t("signing.noKey")}</p>
        )}
      </section>
    </>
  );
}
