// The caller's own company (企业信息): the codes that messages must carry, above its card.
import { Alert, Typography } from "antd";
import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useSession } from "../../api/session";
import { useT } from "../../i18n";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { CompanyCard } from "../bureau/CompanyCard";

export function OwnCompany() {
  const t = useT();
  const { company } = useSession();
  const id = company?.id ?? "";
  const found = useQuery({
    queryKey: ["company", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/companies/{id}", { path: { id }, signal }),
    enabled: id !== "",
  });
  if (company == null) return <Alert type="info" showIcon title={t("own.none")} />;
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading />;
  const { customsCode, creditCode, dxpId } = found.data;
  const code = (value: string) => (
    <Typography.Text code copyable>
      {value}
    </Typography.Text>
  );
  return (
    <CompanyCard id={id}>
      <div className="panel">
        <h2>{t("own.codes")}</h2>
        <p>{t("own.codesHint")}</p>
        <ul>
          <li>
            copCode {code(customsCode)} {t("own.or")} {code(creditCode)}
          </li>
          <li>dxpId {dxpId === "" ? <b>{t("own.noDxp")}</b> : code(dxpId)}</li>
        </ul>
        <p className="soft">{t("own.dxpHint")}</p>
      </div>
    </CompanyCard>
  );
}
