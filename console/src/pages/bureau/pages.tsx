// The pages of this folder: the companies, and how far their systems are connected.
import { BankOutlined, PartitionOutlined } from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/companies",
    title: "menu.companies",
    needs: "companies",
    icon: <BankOutlined />,
    component: lazily(async () => (await import("./companies")).Companies),
  },
  {
    path: "/companies/:id",
    title: "company.page",
    needs: "company",
    under: "/companies",
    component: lazily(async () => (await import("./CompanyCard")).CompanyCard),
  },
  {
    path: "/docking",
    title: "menu.docking",
    needs: "docking",
    icon: <PartitionOutlined />,
    component: lazily(async () => (await import("./Docking")).Docking),
  },
]);
