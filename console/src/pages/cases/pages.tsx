// The pages of this folder: applications and what became of them.
import { FolderOpenOutlined } from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/cases",
    title: "menu.cases",
    needs: "cases",
    icon: <FolderOpenOutlined />,
    component: lazily(async () => (await import("./cases")).Cases),
  },
  {
    path: "/cases/:id",
    title: "case.page",
    needs: "case",
    under: "/cases",
    component: lazily(async () => (await import("./CasePage")).CasePage),
  },
]);
