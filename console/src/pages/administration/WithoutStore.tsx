// That there is no archive store, on the pages that show what would happen with one.
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { call } from "../../api/client";
import { useT } from "../../i18n";

/** How the archive does. */
export const useStatus = () => useQuery({ queryKey: ["archive"], queryFn: ({ signal }) => call("GET", "/api/v1/archive", { signal }) });

/** That there is no archive store, where there is none: nothing of the plan happens then. */
export function WithoutStore() {
  const t = useT();
  const status = useStatus();
  if (status.data?.url !== "") return null;
  return <Alert className="gap" type="warning" showIcon title={t("archive.notSet")} description={t("archive.notSetText")} />;
}
