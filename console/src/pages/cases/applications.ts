// What a company can apply for, what its form asks, and what must be handed in with it.
import type { Word } from "../../i18n";
import type { Field, Option, Values } from "../../resource/resource";

export const BUSINESS = ["ebc", "ebp", "pay", "logistics", "agent", "operator", "warehouse", "trace"] as const;
export const BUSINESS_OPTIONS: readonly Option[] = BUSINESS.map((value) => ({ value, label: `business.${value}` as const }));

export interface Application {
  name: string;
  label: Word;
  /** Whether it is for those who are admitted already. */
  isOfCompany: boolean;
  /** The document that must be handed in with it. */
  document: string;
  fields: readonly Field[];
}

/** The key of the field with the document. */
export const FILE = "file";

const file = (label: Word): Field => ({ key: FILE, label, as: "file", required: true, hint: "case.fileHint" });

const REGISTER: Application = {
  name: "company.register",
  label: "case.register",
  isOfCompany: false,
  document: "licence",
  fields: [
    { key: "companyName", label: "company.name", max: 100, required: true },
    { key: "creditCode", label: "company.creditCode", max: 18, required: true },
    { key: "customsCode", label: "company.customsCode", max: 10, required: true },
    { key: "dxpId", label: "company.dxpId", max: 16 },
    { key: "roles", label: "case.businessRole", as: "choices", options: BUSINESS_OPTIONS, required: true },
    { key: "contactName", label: "case.contactName", max: 40, required: true },
    { key: "contactPhone", label: "case.contactPhone", max: 20, required: true },
    { key: "contactEmail", label: "case.contactEmail", max: 100 },
    file("case.licence"),
  ],
};

export const APPLICATIONS: readonly Application[] = [
  REGISTER,
  {
    name: "company.role",
    label: "case.newRole",
    isOfCompany: true,
    document: "qualification",
    fields: [
      { key: "role", label: "case.businessRole", as: "select", options: BUSINESS_OPTIONS, required: true },
      { key: "reason", label: "case.reason", as: "area", max: 500, required: true },
      file("case.qualification"),
    ],
  },
  {
    name: "company.change",
    label: "case.change",
    isOfCompany: true,
    document: "evidence",
    fields: [
      { key: "name", label: "company.name", max: 100, hint: "case.changeHint" },
      { key: "creditCode", label: "company.creditCode", max: 18 },
      { key: "customsCode", label: "company.customsCode", max: 10 },
      { key: "dxpId", label: "company.dxpId", max: 40 },
      { key: "reason", label: "case.reason", as: "area", max: 500, required: true },
      file("case.evidence"),
    ],
  },
];

/** What somebody can apply for: to be admitted, or, once admitted, the rest. */
export function applicationsOf(isAdmitted: boolean): Application[] {
  return APPLICATIONS.filter((one) => one.isOfCompany === isAdmitted);
}

/** Kinds of values that are several in one text. */
const isSeveral = (field: Field) => field.as === "choices";

/** The form as the platform takes it: texts only; the file goes after it. */
export function formOf(application: Application, values: Values): Record<string, string> {
  const texts = application.fields.filter((field) => field.key !== FILE && values[field.key] !== undefined);
  return Object.fromEntries(texts.map((field) => [field.key, isSeveral(field) ? (values[field.key] as string[]).join(",") : String(values[field.key])]));
}

/** The form of an earlier case, to begin with. */
export function filledFrom(application: Application, given: readonly { name: string; value: string }[]): Values {
  const found = given.filter((one) => one.value !== "" && application.fields.some((field) => field.key === one.name));
  const several = new Set(application.fields.filter(isSeveral).map((field) => field.key));
  return Object.fromEntries(found.map((one) => [one.name, several.has(one.name) ? one.value.split(",") : one.value]));
}

interface Papers {
  state: string;
  documents: readonly { name: string; label: string; required: boolean; attached: boolean }[];
}

/** The required documents that are not there, while that can still be put right. */
export function missingOf<One extends Papers>(detail: One): One["documents"][number][] {
  if (["done", "returned", "withdrawn"].includes(detail.state)) return [];
  return detail.documents.filter((document) => document.required && !document.attached);
}
