// Companies near their quota of the day (接近配额的企业): who will be refused soon, and by which limit.
import { Table } from "antd";
import { Link } from "react-router";
import type { Schema } from "../../api/types";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { useT } from "../../i18n";

type Near = Schema<"QuotaView">;

/** From this part of a limit on, the next of the day may be refused. */
const FULL = 1;
const MIB = 1 << 20;

export function NearQuota({ companies }: { companies: readonly Near[] }) {
  const t = useT();
  const can = useCan();
  return (
    <div className="panel">
      <h2>{t("pipeline.nearQuota")}</h2>
      <p className="soft">
        {t("pipeline.nearQuotaHint")}
        {t("list.blank")}
        {can("set_parameter") ? <Link to="/parameters">{t("pipeline.limitsHere")}</Link> : t("pipeline.limitsThere")}
      </p>
      <Table
        size="small"
        rowKey="companyId"
        dataSource={[...companies]}
        pagination={false}
        locale={{ emptyText: t("pipeline.nobodyNear") }}
        columns={[
          {
            title: t("message.company"),
            render: (_, one) =>
              can("company") ? <Link to={`/companies/${one.companyId}`}>{one.companyName}</Link> : one.companyName,
          },
          { title: t("pipeline.quotaMessages"), align: "right", render: (_, one) => <Used n={one.messages} max={one.messagesMax} /> },
          {
            title: t("pipeline.quotaBytes"),
            align: "right",
            render: (_, one) => <Used n={Math.ceil(one.bytes / MIB)} max={Math.floor(one.bytesMax / MIB)} />,
          },
        ]}
      />
    </div>
  );
}

/** So much of so much; red from where nothing more is accepted. */
function Used({ n, max }: { n: number; max: number }) {
  const t = useT();
  if (max === 0) return <span className="num">{t("pipeline.unlimited", { n: count(n) })}</span>;
  const part = n / max;
  return (
    <span className={part >= FULL ? "no num" : "num"}>
      {count(n)} / {count(max)} ({Math.floor(part * 100)}%)
    </span>
  );
}
