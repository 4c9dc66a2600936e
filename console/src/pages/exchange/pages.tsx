// The pages of this folder: declarations and their receipts.
import {
  BarChartOutlined,
  ExperimentOutlined,
  FileProtectOutlined,
  FileTextOutlined,
  HomeOutlined,
  InboxOutlined,
  SafetyCertificateOutlined,
  SearchOutlined,
  UploadOutlined,
} from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/home",
    title: "menu.home",
    needs: "home",
    icon: <HomeOutlined />,
    component: lazily(async () => (await import("./Home")).Home),
  },
  {
    path: "/declare",
    title: "menu.declare",
    needs: "preflight",
    icon: <UploadOutlined />,
    component: lazily(async () => (await import("./Declare")).Declare),
  },
  {
    path: "/preflight",
    title: "menu.preflight",
    needs: "preflight",
    icon: <SafetyCertificateOutlined />,
    component: lazily(async () => (await import("./Preflight")).Preflight),
  },
  {
    path: "/search",
    title: "menu.search",
    needs: "search",
    icon: <SearchOutlined />,
    component: lazily(async () => (await import("./Search")).Search),
  },
  {
    path: "/messages",
    title: "menu.messages",
    needs: "messages",
    icon: <FileTextOutlined />,
    component: lazily(async () => (await import("./messages")).Messages),
  },
  {
    path: "/messages/:id",
    title: "message.title",
    needs: "message",
    under: "/messages",
    component: lazily(async () => (await import("./MessagePage")).MessagePage),
  },
  {
    path: "/messages/:id/correct",
    title: "correct.page",
    needs: "correction",
    under: "/messages",
    component: lazily(async () => (await import("./Correction")).Correction),
  },
  {
    path: "/stories/:id",
    title: "menu.story",
    needs: "story",
    under: "/search",
    component: lazily(async () => (await import("./StoryPage")).StoryPage),
  },
  {
    path: "/receipts",
    title: "menu.receipts",
    needs: "receipts",
    icon: <InboxOutlined />,
    component: lazily(async () => (await import("./Receipts")).Receipts),
  },
  {
    path: "/statistics",
    title: "menu.statistics",
    needs: "statistics",
    icon: <BarChartOutlined />,
    component: lazily(async () => (await import("./Statistics")).Statistics),
  },
  {
    path: "/rehearsal",
    title: "menu.rehearsal",
    needs: "rehearsal",
    icon: <ExperimentOutlined />,
    component: lazily(async () => (await import("./Rehearsal")).Rehearsal),
  },
  {
    path: "/signature-clinic",
    title: "menu.clinic",
    needs: "signature_clinic",
    icon: <FileProtectOutlined />,
    component: lazily(async () => (await import("./Clinic")).Clinic),
  },
]);
