// The pages of this folder: a company's own affairs.
import {
  BankOutlined,
  FieldTimeOutlined,
  KeyOutlined,
  PayCircleOutlined,
  SafetyOutlined,
  SwapOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/company",
    title: "menu.company",
    needs: "company",
    icon: <BankOutlined />,
    component: lazily(async () => (await import("./OwnCompany")).OwnCompany),
  },
  {
    path: "/keys",
    title: "menu.keys",
    needs: "keys",
    icon: <KeyOutlined />,
    component: lazily(async () => (await import("./keys")).Keys),
  },
  {
    path: "/signing",
    title: "menu.signing",
    needs: "signing_consent",
    icon: <SafetyOutlined />,
    component: lazily(async () => (await import("./Signing")).Signing),
  },
  {
    path: "/payment-data",
    title: "menu.paymentData",
    needs: "payment_data",
    icon: <PayCircleOutlined />,
    component: lazily(async () => (await import("./paymentData")).PaymentData),
  },
  {
    path: "/payment-inquiries",
    title: "menu.paymentInquiries",
    needs: "payment_inquiries",
    icon: <FieldTimeOutlined />,
    component: lazily(async () => (await import("./paymentInquiries")).PaymentInquiries),
  },
  {
    path: "/members",
    title: "menu.members",
    needs: "members",
    icon: <TeamOutlined />,
    component: lazily(async () => (await import("./members")).Members),
  },
  {
    path: "/agents",
    title: "menu.agents",
    needs: "agents",
    icon: <SwapOutlined />,
    component: lazily(async () => (await import("./agents")).Agents),
  },
]);
