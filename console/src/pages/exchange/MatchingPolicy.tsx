// The company's policy (对碰策略): what happens to a list whose partners are missing or differ.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Select, Space } from "antd";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";

const POLICIES = ["off", "warn", "hold"] as const;

export function MatchingPolicy() {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblem();
  const policy = useQuery({ queryKey: ["matching-policy"], queryFn: ({ signal }) => call("GET", "/api/v1/matching-policy", { signal }) });
  if (policy.data === undefined) return null;
  const choose = async (chosen: string) => {
    try {
      client.setQueryData(["matching-policy"], await call("PUT", "/api/v1/matching-policy", { body: { policy: chosen } }));
    } catch (error) {
      problem(error);
    }
  };
  return (
    <Space>
      <span>{t("policy.title")}</span>
      <Select
        aria-label={t("policy.title")}
        style={{ minWidth: 260 }}
        value={policy.data.policy}
        disabled={!can("set_matching_policy")}
        onChange={(chosen) => void choose(chosen)}
        options={POLICIES.map((one) => ({ value: one, label: t(`policy.${one}`, { minutes: count(policy.data.holdMinutes) }) }))}
      />
    </Space>
  );
}
