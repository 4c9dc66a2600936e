// The pages of this folder: what passes through, and what is stuck.
import { CloudServerOutlined, DashboardOutlined, QuestionCircleOutlined, ReadOutlined, WarningOutlined } from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/operator/pipeline",
    title: "menu.pipeline",
    needs: "pipeline",
    icon: <DashboardOutlined />,
    component: lazily(async () => (await import("./Pipeline")).Pipeline),
  },
  {
    path: "/operator/stuck",
    title: "menu.stuck",
    needs: "stuck",
    icon: <WarningOutlined />,
    component: lazily(async () => (await import("./stuck")).StuckMessages),
  },
  {
    path: "/operator/parked",
    title: "menu.parked",
    needs: "parked",
    icon: <QuestionCircleOutlined />,
    component: lazily(async () => (await import("./parked")).Parked),
  },
  {
    path: "/operator/unknown-codes",
    title: "menu.unknownCodes",
    needs: "unknown_codes",
    icon: <ReadOutlined />,
    component: lazily(async () => (await import("./unknownCodes")).UnknownCodes),
  },
  {
    path: "/operator/customs-box",
    title: "menu.customsBox",
    needs: "outage",
    icon: <CloudServerOutlined />,
    demoOnly: true,
    component: lazily(async () => (await import("./CustomsBox")).CustomsBox),
  },
]);
