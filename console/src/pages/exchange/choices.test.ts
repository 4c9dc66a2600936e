import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nameOf } from "../../i18n/names";
import { asTheyWere, careful, carefulMessages, commonFields, IDENTIFYING, unchanged } from "./choices";

const SPEC = new URL("../../../../crates/ceb/spec/", import.meta.url);

test("every code from which a declared field has one is named in both languages", () => {
  const choices = new Set<string>();
  for (const file of readdirSync(SPEC).filter((name) => name.endsWith(".spec"))) {
    for (const line of readFileSync(new URL(file, SPEC), "utf8").split("\n")) {
      const [element = "", , , , rules = ""] = line.split("|").map((part) => part.trim());
      const values = /\bin=(\S+)/.exec(rules)?.[1]?.split(",") ?? [];
      // What has one value only is no choice.
      if (values.length > 1) for (const value of values) choices.add(`${element}.${value}`);
    }
  }
  expect(choices.size).toBeGreaterThan(15);
  for (const choice of choices) {
    expect(nameOf("zh-CN", "choice", choice), choice).not.toBe(choice);
    expect(nameOf("en", "choice", choice), choice).not.toBe(choice);
  }
});

test("a document that had better not be declared again is found, whatever else was said of it", () => {
  const documents = [{ number: 1, reasons: [{ resubmit: "new" }] }, { number: 2, reasons: [{ resubmit: "new" }, { resubmit: "call" }] }];
  expect(careful(documents).map((one) => one.number)).toEqual([2]);
});

test("of several messages those are found of which a document had better not be declared again", () => {
  const of = (messageId: string, ...ways: string[]) => ({ messageId, documents: ways.map((resubmit, i) => ({ number: i + 1, reasons: [{ resubmit }] })) });
  const found = carefulMessages([of("a", "new", "same"), of("b", "new", "call"), of("c", "none"), of("d")]);
  expect(found.map(({ id, documents, isWhole }) => [id, documents.map((one) => one.number), isWhole])).toEqual([
    ["b", [2], false],
    ["c", [1], true],
  ]);
});

test("a change that changes nothing is recognised: where the element has the value already, and is neither masked nor put right", () => {
  const field = (element: string, value: string, more: object = {}) => ({ element, value, masked: false, ...more });
  const form = (id: string, ...fields: ReturnType<typeof field>[]) => ({ id, documents: [{ fields, lines: [[field("unit", "011")], [field("unit", "011")]] }] });
  const forms = [form("same", field("currency", "142")), form("other", field("currency", "502")), form("masked", field("currency", "142", { masked: true })), form("mended", field("currency", "142"), field("appType", "2", { was: "1" })), form("none")];
  expect(unchanged(forms, "currency", "142").map((one) => one.id)).toEqual(["same"]);
  expect(unchanged([form("lines")], "unit", "011").map((one) => one.id)).toEqual(["lines"]);
});

test("every number in a business key of the standard is one that identifies a document", () => {
  const numbers = new Set<string>();
  for (const file of readdirSync(SPEC).filter((name) => name.endsWith(".spec"))) {
    const key = /^key +\| (.*)$/m.exec(readFileSync(new URL(file, SPEC), "utf8"))?.[1] ?? "";
    for (const element of key.split(" ")) if (/(No|Id)$/.test(element)) numbers.add(element);
  }
  expect(numbers.size).toBeGreaterThan(4);
  for (const element of numbers) expect(IDENTIFYING, element).toContain(element);
});

test("the platform refuses one number for several documents by the same list", () => {
  const source = readFileSync(new URL("../../../../crates/exchange/src/correction/edit.rs", import.meta.url), "utf8");
  const list = /const IDENTIFYING: [^=]*= \[([^\]]*)\]/.exec(source)?.[1] ?? "";
  expect([...list.matchAll(/"(\w+)"/g)].map((found) => found[1])).toEqual([...IDENTIFYING]);
});

test("several documents are not given one number, one document is", () => {
  const fields = ["orderNo", "currency", "logisticsNo"].map((element) => ({ element }));
  const of = (...forms: number[]) => commonFields(fields, forms.map((n) => ({ documents: Array.from({ length: n }) }))).map((one) => one.element);
  expect(of(1)).toEqual(["orderNo", "currency", "logisticsNo"]);
  expect(of(1, 1)).toEqual(["currency"]);
  expect(of(2)).toEqual(["currency"]);
});

test("what nobody changes is what came back, unless the platform puts something right", () => {
  const form = (was?: string) => ({ documents: [{ fields: [{ element: "appType", value: "2", masked: false, ...(was === undefined ? {} : { was }) }], lines: [] }] });
  expect(asTheyWere([form(), form("1")])).toEqual([form()]);
});
