// A company applies for something: one more business role, or a correction of its master data.
import { DownOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { useT, type Word } from "../../i18n";
import { FormDialog } from "../../resource/FormDialog";
import type { Field, Option, Values } from "../../resource/resource";

export const BUSINESS = ["ebc", "ebp", "pay", "logistics", "agent", "operator", "warehouse", "trace"] as const;
export const BUSINESS_OPTIONS: readonly Option[] = BUSINESS.map((value) => ({ value, label: `business.${value}` as const }));

interface Kind {
  name: string;
  label: Word;
  fields: readonly Field[];
}

const KINDS: readonly Kind[] = [
  {
    name: "company.role",
    label: "case.newRole",
    fields: [
      { key: "role", label: "case.businessRole", as: "select", options: BUSINESS_OPTIONS, required: true },
      { key: "reason", label: "case.reason", as: "area", max: 500, required: true },
    ],
  },
  {
    name: "company.change",
    label: "case.change",
    fields: [
      { key: "name", label: "company.name", max: 100, hint: "case.changeHint" },
      { key: "creditCode", label: "company.creditCode", max: 18 },
      { key: "customsCode", label: "company.customsCode", max: 10 },
      { key: "dxpId", label: "company.dxpId", max: 40 },
      { key: "reason", label: "case.reason", as: "area", max: 500, required: true },
    ],
  },
];

export function OpenCase() {
  const t = useT();
  const can = useCan();
  const navigate = useNavigate();
  const [kind, open] = useState<Kind>();
  if (!can("open_case")) return null;
  const apply = (form: Values) => call<{ id: string }>("POST", "/api/v1/cases", { kind: kind?.name, form });
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: KINDS.map((one) => ({ key: one.name, label: t(one.label) })),
          onClick: ({ key }) => open(KINDS.find((one) => one.name === key)),
        }}
      >
        <Button type="primary">
          {t("case.apply")} <DownOutlined />
        </Button>
      </Dropdown>
      {kind !== undefined && (
        <FormDialog
          title={t(kind.label)}
          fields={kind.fields}
          initial={{}}
          close={() => open(undefined)}
          run={apply}
          done={(answer) => void navigate(`/cases/${(answer as { id: string }).id}`)}
        />
      )}
    </>
  );
}
