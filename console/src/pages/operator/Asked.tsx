// What somebody has asked for and another person must decide: until then nobody asks again.
import { Link } from "react-router";
import type { Schema } from "../../api/types";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";

export function Asked({ asked }: { asked: Schema<"AskedView"> | null | undefined }) {
  const t = useT();
  if (asked == null) return <span className="soft">–</span>;
  return (
    <div className="info slim">
      <span className="badge held">{t("approval.pending")}</span>{" "}
      <Link to="/approvals?state=pending">
        <Named family="approvalKind" code={asked.kind} />
      </Link>
      <div className="soft">
        {asked.by} <span className="num nowrap">{dateTime(asked.at)}</span>
      </div>
      <div className="soft">{asked.why}</div>
    </div>
  );
}
