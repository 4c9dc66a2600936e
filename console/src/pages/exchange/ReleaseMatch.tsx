// Lets a list go that waits for its partners (不再等待).
import { SendOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";

export function ReleaseMatch({ id, state }: { id: string; state: string }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblem();
  if (state !== "waiting" || !can("release_match")) return null;
  const release = async () => {
    try {
      await call("POST", "/api/v1/messages/{id}/release-match", { path: { id } });
    } catch (error) {
      problem(error);
    }
    await client.invalidateQueries({ queryKey: ["message", id] });
  };
  return (
    <Popconfirm title={t("policy.releaseConfirm")} onConfirm={() => void release()}>
      <Button icon={<SendOutlined />}>{t("policy.release")}</Button>
    </Popconfirm>
  );
}
