import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { APPLICATIONS, applicationsOf, filledFrom, formOf, missingOf } from "./applications";

const byName = (name: string) => APPLICATIONS.find((one) => one.name === name) ?? expect.fail(name);

test("who is not admitted yet can apply for nothing but to be admitted", () => {
  expect(applicationsOf(false).map((one) => one.name)).toEqual(["company.register"]);
  expect(applicationsOf(true).map((one) => one.name)).toEqual(["company.role", "company.change"]);
});

test("every application asks for the document without which the platform does not grant it", () => {
  const read = (path: string) => readFileSync(new URL(`../../../../crates/services/src/${path}`, import.meta.url), "utf8");
  const source = read("registration/mod.rs") + read("company_ledger/cases.rs");
  for (const one of APPLICATIONS) {
    expect(source, one.name).toMatch(new RegExp(`name: "${one.document}",\\s+chinese: "[^"]+",\\s+is_required: true`));
    expect(one.fields.some((field) => field.as === "file" && field.required === true), one.name).toBe(true);
  }
});

test("what was returned is the start of the next application, and goes out as the platform takes it", () => {
  const register = byName("company.register");
  const given = [{ name: "companyName", value: "某公司" }, { name: "roles", value: "ebc,ebp" }, { name: "dxpId", value: "" }, { name: "other", value: "x" }];
  const filled = filledFrom(register, given);
  expect(filled).toEqual({ companyName: "某公司", roles: ["ebc", "ebp"] });
  expect(formOf(register, { ...filled, file: "a file" })).toEqual({ companyName: "某公司", roles: "ebc,ebp" });
});

test("a required document that is not there is missed while the case is open", () => {
  const documents = [
    { name: "evidence", label: "变更证明", required: true, attached: false },
    { name: "licence", label: "营业执照", required: true, attached: true },
    { name: "other", label: "其他", required: false, attached: false },
  ];
  expect(missingOf({ state: "applied", documents }).map((one) => one.name)).toEqual(["evidence"]);
  expect(missingOf({ state: "returned", documents })).toEqual([]);
});
