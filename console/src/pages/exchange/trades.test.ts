import { expect, test } from "vitest";
import { trades } from "./trades";

const partner = (part: string, found: string, agrees: boolean | null, returnStatus?: number) => ({
  part, partName: "", found, agrees, ...(returnStatus === undefined ? {} : { returnStatus }),
});

test("a list tells what stands in each place of its trade", () => {
  const documents = [
    { kind: "CEB311", kindName: "", number: 1, key: null, orderNo: "A1", partners: [partner("payment", "platform", false, 120)] },
    {
      kind: "CEB621", kindName: "", number: 1, key: null, orderNo: "A1",
      partners: [partner("order", "set", true), partner("payment", "platform", true, 120), partner("logistics", "missing", null)],
    },
    { kind: "CEB511", kindName: "", number: 1, key: null, orderNo: "B2", partners: [] },
    { kind: "CEB711", kindName: "", number: 1, key: null, partners: [] },
  ];
  expect(trades(documents)).toEqual([
    {
      key: "A1", orderNo: "A1",
      cells: {
        inventory: { look: "agrees", found: "set" },
        order: { look: "agrees", found: "set" },
        payment: { look: "agrees", found: "platform", status: 120 },
        logistics: { look: "missing", found: "missing" },
      },
    },
    { key: "B2", orderNo: "B2", cells: { logistics: { look: "agrees", found: "set" } } },
  ]);
});

test("a document that would be refused is marked, whatever its partners say of it", () => {
  const documents = [
    { kind: "CEB621", kindName: "", number: 1, key: null, orderNo: "A1", ok: true, partners: [partner("order", "set", true)] },
    { kind: "CEB311", kindName: "", number: 1, key: null, orderNo: "A1", ok: false, partners: [] },
  ];
  expect(trades(documents)[0]?.cells).toEqual({
    inventory: { look: "agrees", found: "set" },
    order: { look: "refused", found: "set" },
  });
});
