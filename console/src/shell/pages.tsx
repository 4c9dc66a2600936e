// Every page of the console: where it is, in which workspace, and which operation of the API it needs.
// `needs` is a name of the API's description, and the page is shown when the description and the session have it.
import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BankOutlined,
  BarChartOutlined,
  BookOutlined,
  CloudServerOutlined,
  ControlOutlined,
  DashboardOutlined,
  EditOutlined,
  ExperimentOutlined,
  EyeOutlined,
  FieldTimeOutlined,
  FileProtectOutlined,
  FileTextOutlined,
  FolderOpenOutlined,
  HomeOutlined,
  IdcardOutlined,
  InboxOutlined,
  KeyOutlined,
  LinkOutlined,
  LoginOutlined,
  NotificationOutlined,
  PartitionOutlined,
  PayCircleOutlined,
  ProfileOutlined,
  QuestionCircleOutlined,
  SafetyCertificateOutlined,
  ReadOutlined,
  SafetyOutlined,
  ScheduleOutlined,
  SearchOutlined,
  SecurityScanOutlined,
  SolutionOutlined,
  SwapOutlined,
  TeamOutlined,
  UploadOutlined,
  UserOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import type { ComponentType, ReactNode } from "react";
import { matchPath } from "react-router";
import { isDescribed, type Operation } from "../api/client";
import type { Session, Workspace } from "../api/session";
import type { Word } from "../i18n";
import { lazily } from "./lazily";

export interface Page {
  path: string;
  title: Word;
  /** The page stands in the menu of the first of these that the person has. */
  workspaces: readonly Workspace[];
  needs: Operation;
  /** Shown in the menu; a page without it is reached from another one. */
  icon?: ReactNode;
  /** For the page of a record: the page whose menu entry stays marked. */
  under?: string;
  /** Only where the simulator answers. */
  demoOnly?: boolean;
  component?: ComponentType;
  /** Instead of a component: a document of the platform, in a window of its own. */
  href?: string;
}

const EVERYBODY: readonly Workspace[] = ["company", "customs", "bureau", "operator", "admin"];
const BUSINESS: readonly Workspace[] = ["company", "customs", "bureau", "operator"];

/** A page in a file of its own. */
const page = (load: () => Promise<ComponentType>) => lazily(load);

export const PAGES: readonly Page[] = [
  {
    path: "/operator/pipeline",
    title: "menu.pipeline",
    workspaces: ["operator"],
    needs: "pipeline",
    icon: <DashboardOutlined />,
    component: page(async () => (await import("../pages/operator/Pipeline")).Pipeline),
  },
  {
    path: "/operator/stuck",
    title: "menu.stuck",
    workspaces: ["operator"],
    needs: "stuck",
    icon: <WarningOutlined />,
    component: page(async () => (await import("../pages/operator/stuck")).StuckMessages),
  },
  {
    path: "/operator/parked",
    title: "menu.parked",
    workspaces: ["operator"],
    needs: "parked",
    icon: <QuestionCircleOutlined />,
    component: page(async () => (await import("../pages/operator/parked")).Parked),
  },
  {
    path: "/operator/unknown-codes",
    title: "menu.unknownCodes",
    workspaces: ["operator"],
    needs: "unknown_codes",
    icon: <ReadOutlined />,
    component: page(async () => (await import("../pages/operator/unknownCodes")).UnknownCodes),
  },
  {
    path: "/start",
    title: "menu.start",
    workspaces: ["bureau", "customs", "admin"],
    needs: "todos",
    icon: <HomeOutlined />,
    component: page(async () => (await import("../pages/shared/StaffHome")).StaffHome),
  },
  {
    path: "/home",
    title: "menu.home",
    workspaces: ["company"],
    needs: "home",
    icon: <HomeOutlined />,
    component: page(async () => (await import("../pages/exchange/Home")).Home),
  },
  {
    path: "/declare",
    title: "menu.declare",
    workspaces: ["company"],
    needs: "preflight",
    icon: <UploadOutlined />,
    component: page(async () => (await import("../pages/exchange/Declare")).Declare),
  },
  {
    path: "/preflight",
    title: "menu.preflight",
    workspaces: ["company"],
    needs: "preflight",
    icon: <SafetyCertificateOutlined />,
    component: page(async () => (await import("../pages/exchange/Preflight")).Preflight),
  },
  {
    path: "/search",
    title: "menu.search",
    workspaces: ["customs", "bureau", "operator", "company"],
    needs: "search",
    icon: <SearchOutlined />,
    component: page(async () => (await import("../pages/exchange/Search")).Search),
  },
  {
    path: "/messages",
    title: "menu.messages",
    workspaces: BUSINESS,
    needs: "messages",
    icon: <FileTextOutlined />,
    component: page(async () => (await import("../pages/exchange/messages")).Messages),
  },
  {
    path: "/messages/:id",
    title: "message.title",
    workspaces: EVERYBODY,
    needs: "message",
    under: "/messages",
    component: page(async () => (await import("../pages/exchange/MessagePage")).MessagePage),
  },
  {
    path: "/messages/:id/correct",
    title: "correct.page",
    workspaces: EVERYBODY,
    needs: "correction",
    under: "/messages",
    component: page(async () => (await import("../pages/exchange/Correction")).Correction),
  },
  {
    path: "/stories/:id",
    title: "menu.story",
    workspaces: EVERYBODY,
    needs: "story",
    under: "/search",
    component: page(async () => (await import("../pages/exchange/StoryPage")).StoryPage),
  },
  {
    path: "/receipts",
    title: "menu.receipts",
    workspaces: ["company"],
    needs: "receipts",
    icon: <InboxOutlined />,
    component: page(async () => (await import("../pages/exchange/Receipts")).Receipts),
  },
  {
    path: "/statistics",
    title: "menu.statistics",
    workspaces: ["bureau", "operator", "customs", "company"],
    needs: "statistics",
    icon: <BarChartOutlined />,
    component: page(async () => (await import("../pages/exchange/Statistics")).Statistics),
  },
  {
    path: "/rehearsal",
    title: "menu.rehearsal",
    workspaces: ["company", "operator"],
    needs: "rehearsal",
    icon: <ExperimentOutlined />,
    component: page(async () => (await import("../pages/exchange/Rehearsal")).Rehearsal),
  },
  {
    path: "/companies",
    title: "menu.companies",
    workspaces: ["bureau", "customs", "operator"],
    needs: "companies",
    icon: <BankOutlined />,
    component: page(async () => (await import("../pages/bureau/companies")).Companies),
  },
  {
    path: "/companies/:id",
    title: "company.page",
    workspaces: EVERYBODY,
    needs: "company",
    under: "/companies",
    component: page(async () => (await import("../pages/bureau/CompanyCard")).CompanyCard),
  },
  {
    path: "/cases",
    title: "menu.cases",
    workspaces: BUSINESS,
    needs: "cases",
    icon: <FolderOpenOutlined />,
    component: page(async () => (await import("../pages/cases/cases")).Cases),
  },
  {
    path: "/cases/:id",
    title: "case.page",
    workspaces: EVERYBODY,
    needs: "case",
    under: "/cases",
    component: page(async () => (await import("../pages/cases/CasePage")).CasePage),
  },
  {
    path: "/docking",
    title: "menu.docking",
    workspaces: ["bureau", "customs", "operator"],
    needs: "docking",
    icon: <PartitionOutlined />,
    component: page(async () => (await import("../pages/bureau/Docking")).Docking),
  },
  {
    path: "/company",
    title: "menu.company",
    workspaces: ["company"],
    needs: "company",
    icon: <BankOutlined />,
    component: page(async () => (await import("../pages/company/OwnCompany")).OwnCompany),
  },
  {
    path: "/keys",
    title: "menu.keys",
    workspaces: ["company"],
    needs: "keys",
    icon: <KeyOutlined />,
    component: page(async () => (await import("../pages/company/keys")).Keys),
  },
  {
    path: "/signing",
    title: "menu.signing",
    workspaces: ["company"],
    needs: "signing_consent",
    icon: <SafetyOutlined />,
    component: page(async () => (await import("../pages/company/Signing")).Signing),
  },
  {
    path: "/signature-clinic",
    title: "menu.clinic",
    workspaces: ["company", "operator"],
    needs: "signature_clinic",
    icon: <FileProtectOutlined />,
    component: page(async () => (await import("../pages/exchange/Clinic")).Clinic),
  },
  {
    path: "/payment-data",
    title: "menu.paymentData",
    workspaces: ["company"],
    needs: "payment_data",
    icon: <PayCircleOutlined />,
    component: page(async () => (await import("../pages/company/paymentData")).PaymentData),
  },
  {
    path: "/payment-inquiries",
    title: "menu.paymentInquiries",
    workspaces: ["company", "operator", "customs"],
    needs: "payment_inquiries",
    icon: <FieldTimeOutlined />,
    component: page(async () => (await import("../pages/company/paymentInquiries")).PaymentInquiries),
  },
  {
    path: "/members",
    title: "menu.members",
    workspaces: ["company"],
    needs: "members",
    icon: <TeamOutlined />,
    component: page(async () => (await import("../pages/company/members")).Members),
  },
  {
    path: "/agents",
    title: "menu.agents",
    workspaces: ["company"],
    needs: "agents",
    icon: <SwapOutlined />,
    component: page(async () => (await import("../pages/company/agents")).Agents),
  },
  {
    path: "/approvals",
    title: "menu.approvals",
    workspaces: ["customs", "bureau", "operator", "admin"],
    needs: "approvals",
    icon: <AuditOutlined />,
    component: page(async () => (await import("../pages/shared/Approvals")).Approvals),
  },
  {
    path: "/operator/customs-box",
    title: "menu.customsBox",
    workspaces: ["operator"],
    needs: "outage",
    icon: <CloudServerOutlined />,
    demoOnly: true,
    component: page(async () => (await import("../pages/operator/CustomsBox")).CustomsBox),
  },
  {
    path: "/users",
    title: "menu.users",
    workspaces: ["admin"],
    needs: "users",
    icon: <UserOutlined />,
    component: page(async () => (await import("../pages/administration/users")).Users),
  },
  {
    path: "/departments",
    title: "menu.departments",
    workspaces: ["admin"],
    needs: "departments",
    icon: <ApartmentOutlined />,
    component: page(async () => (await import("../pages/administration/departments")).Departments),
  },
  {
    path: "/posts",
    title: "menu.posts",
    workspaces: ["admin"],
    needs: "posts",
    icon: <SolutionOutlined />,
    component: page(async () => (await import("../pages/administration/posts")).Posts),
  },
  {
    path: "/roles",
    title: "menu.roles",
    workspaces: ["admin"],
    needs: "roles",
    icon: <IdcardOutlined />,
    component: page(async () => (await import("../pages/administration/roles")).Roles),
  },
  {
    path: "/grants",
    title: "menu.grants",
    workspaces: ["admin"],
    needs: "grants",
    icon: <SafetyOutlined />,
    component: page(async () => (await import("../pages/administration/grants")).Grants),
  },
  {
    path: "/parameters",
    title: "menu.parameters",
    workspaces: ["admin"],
    needs: "parameters",
    icon: <ControlOutlined />,
    component: page(async () => (await import("../pages/administration/parameters")).Parameters),
  },
  {
    path: "/dictionaries",
    title: "menu.dictionaries",
    workspaces: ["admin", "customs", "bureau", "operator", "company"],
    needs: "dictionaries",
    icon: <BookOutlined />,
    component: page(async () => (await import("../pages/administration/dictionaries")).Dictionaries),
  },
  {
    path: "/dictionaries/:code",
    title: "dictionary.entries",
    workspaces: EVERYBODY,
    needs: "dictionary_entries",
    under: "/dictionaries",
    component: page(async () => (await import("../pages/administration/dictionaryEntries")).DictionaryEntries),
  },
  {
    path: "/notices",
    title: "menu.notices",
    workspaces: EVERYBODY,
    needs: "notices",
    icon: <NotificationOutlined />,
    component: page(async () => (await import("../pages/notices/notices")).Notices),
  },
  {
    path: "/notice-desk",
    title: "menu.noticeDesk",
    workspaces: ["admin", "bureau", "operator"],
    needs: "notice_desk",
    icon: <EditOutlined />,
    component: page(async () => (await import("../pages/notices/noticeDesk")).NoticeDesk),
  },
  {
    path: "/operations",
    title: "menu.operations",
    workspaces: ["admin"],
    needs: "operation_log",
    icon: <ProfileOutlined />,
    component: page(async () => (await import("../pages/administration/logs")).OperationLog),
  },
  {
    path: "/logins",
    title: "menu.logins",
    workspaces: ["admin"],
    needs: "login_log",
    icon: <LoginOutlined />,
    component: page(async () => (await import("../pages/administration/logs")).LoginLog),
  },
  {
    path: "/audit",
    title: "menu.audit",
    workspaces: ["admin"],
    needs: "audit_rows",
    icon: <SecurityScanOutlined />,
    component: page(async () => (await import("../pages/administration/audit")).AuditRows),
  },
  {
    path: "/online",
    title: "menu.online",
    workspaces: ["admin"],
    needs: "online_users",
    icon: <EyeOutlined />,
    component: page(async () => (await import("../pages/administration/sessions")).Sessions),
  },
  {
    path: "/jobs",
    title: "menu.jobs",
    workspaces: ["admin", "operator"],
    needs: "jobs",
    icon: <ScheduleOutlined />,
    component: page(async () => (await import("../pages/administration/jobs")).Jobs),
  },
  {
    path: "/relying-parties",
    title: "menu.parties",
    workspaces: ["admin"],
    needs: "relying_parties",
    icon: <LinkOutlined />,
    component: page(async () => (await import("../pages/administration/relyingParties")).RelyingParties),
  },
  {
    path: "/api-docs",
    title: "menu.apiDocs",
    workspaces: ["admin", "operator", "company"],
    needs: "session",
    icon: <ApiOutlined />,
    href: "/api/docs/",
  },
];

export const WORKSPACES: readonly Workspace[] = EVERYBODY;

/** The workspace of a page for this person; nothing when they may not open it. */
export function workspaceOf(page: Page, session: Session): Workspace | undefined {
  if (!session.operations.includes(page.needs) || !isDescribed(page.needs)) return undefined;
  if (page.demoOnly === true && !session.demo) return undefined;
  return page.workspaces.find((one) => session.workspaces.includes(one));
}

/** The pages that a person may open, in the order of the menu. */
export function pagesFor(session: Session): Page[] {
  return PAGES.filter((page) => workspaceOf(page, session) !== undefined);
}

/** The page of an address. */
export function pageAt(pages: readonly Page[], path: string): Page | undefined {
  return pages.find((page) => matchPath(page.path, path) !== null);
}
