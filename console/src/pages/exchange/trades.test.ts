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

test("a document of which a warning speaks is not green, and its neighbours are", () => {
  const documents = [
    { kind: "CEB621", kindName: "", number: 1, file: "list.xml", key: null, orderNo: "A1", ok: true, partners: [partner("order", "set", true), partner("payment", "set", true)] },
    { kind: "CEB411", kindName: "", number: 1, file: "pay.xml", key: null, orderNo: "A1", ok: true, partners: [] },
    { kind: "CEB311", kindName: "", number: 1, file: "order.xml", key: null, orderNo: "A1", ok: true, partners: [] },
    { kind: "CEB311", kindName: "", number: 2, file: "order.xml", key: null, orderNo: "B2", ok: true, partners: [] },
  ];
  const findings = [
    { severity: "warn", file: "list.xml", number: 1 },
    { severity: "warn", file: "pay.xml", number: 1 },
    { severity: "note", file: "order.xml", number: 1 },
    { severity: "warn", file: "order.xml", number: 2 },
    { severity: "warn", file: "order.xml" },
  ];
  const looks = trades(documents, findings).map(({ cells }) => Object.fromEntries(Object.entries(cells).map(([part, cell]) => [part, cell.look])));
  expect(looks).toEqual([{ inventory: "warned", order: "agrees", payment: "warned" }, { order: "warned" }]);
});

test("in a workbook a finding belongs to the sheet of its cell", () => {
  const sheet = (kind: string, name: string) => ({ kind, kindName: "", number: 1, sheet: name, key: null, orderNo: "A1", ok: true, partners: [] });
  const [row] = trades([sheet("CEB311", "进口订单"), sheet("CEB411", "进口支付单")], [{ severity: "refuse", number: 1, cell: "进口支付单!C7" }]);
  expect([row?.cells.order?.look, row?.cells.payment?.look]).toEqual(["agrees", "refused"]);
});
