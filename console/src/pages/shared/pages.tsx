// The pages of this folder: what several workspaces have.
import { ApiOutlined, AuditOutlined, HomeOutlined } from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/start",
    title: "menu.start",
    needs: "todos",
    icon: <HomeOutlined />,
    component: lazily(async () => (await import("./StaffHome")).StaffHome),
  },
  {
    path: "/approvals",
    title: "menu.approvals",
    needs: "approvals",
    icon: <AuditOutlined />,
    component: lazily(async () => (await import("./Approvals")).Approvals),
  },
  {
    path: "/api-docs",
    title: "menu.apiDocs",
    needs: "session",
    icon: <ApiOutlined />,
    href: "/api/docs/",
  },
]);
