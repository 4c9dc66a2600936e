import { expect, test } from "vitest";
import type { Schema } from "../../api/types";
import { cameBack, dealings, doingsOf, reasonsOf, receiptsOfSteps, standing, tally } from "./documents";

type Receipt = Schema<"ReceiptItem">;
type Document = Schema<"DocumentView">;

const document = (number: number, outcome: string, needsAction: boolean) => ({ number, outcome, needsAction, documentKey: `DD${number}` }) as Document;
const receipt = (number: number, code: string, returnInfo: string, needsAction = true) =>
  ({
    documentNumber: number,
    returnInfo,
    needsAction,
    outcome: needsAction ? "rejected" : "accepted",
    explanation: { code, meaning: `meaning of ${code}`, advice: `advice on ${code}` },
  }) as Receipt;

test("documents are counted by outcome, in the one order of outcomes", () => {
  const all = [document(1, "accepted", false), document(2, "rejected", true), document(3, "faulty", true), document(4, "rejected", true)];
  expect(tally(all)).toEqual([{ outcome: "accepted", n: 1 }, { outcome: "rejected", n: 2 }, { outcome: "faulty", n: 1 }]);
});

test("what came back is counted in documents, also of a message that was refused as a whole", () => {
  const part = { outcome: "rejected", needsAction: true, nDocuments: 3, documents: [document(1, "rejected", true), document(2, "faulty", false), document(3, "accepted", false)] };
  const whole = { outcome: "refused", needsAction: true, nDocuments: 2, documents: [] };
  expect(cameBack([part])).toEqual({ all: 3, bad: 2, open: 1 });
  expect(cameBack([part, whole])).toEqual({ all: 5, bad: 4, open: 3 });
  expect(cameBack([{ ...whole, needsAction: false }])).toEqual({ all: 2, bad: 2, open: 0 });
});

test("each reason is shown once, with its own advice and its documents; what is settled is not shown", () => {
  const documents = [document(1, "rejected", true), document(2, "faulty", true), document(3, "rejected", true), document(4, "rejected", false), document(5, "accepted", false)];
  const receipts = [receipt(3, "Code:1332", "[3]"), receipt(2, "-621018", "[2]"), receipt(1, "Code:1332", "[1]"), receipt(4, "Code:1340", "[4]"), receipt(5, "120", "[5]", false)];
  const reasons = reasonsOf({ documents, receipts });
  expect(reasons.map((one) => [one.receipt.explanation.advice, one.documents.map(({ number }) => number), one.texts])).toEqual([
    ["advice on Code:1332", [1, 3], ["[3]", "[1]"]],
    ["advice on -621018", [2], ["[2]"]],
  ]);
});

test("of several answers to one document the last one tells why", () => {
  const reasons = reasonsOf({ documents: [document(1, "rejected", true)], receipts: [receipt(1, "4", "first"), receipt(1, "Code:1332", "last")] });
  expect(reasons.map((one) => one.texts)).toEqual([["last"]]);
});

test("two documents under one key have their own reasons", () => {
  const documents = [{ ...document(1, "accepted", false), documentKey: "DD9" }, { ...document(2, "rejected", true), documentKey: "DD9" }];
  const receipts = [receipt(1, "120", "[1]", false), receipt(2, "Code:1332", "[2]")].map((one) => ({ ...one, documentKey: "DD9" }));
  expect(reasonsOf({ documents, receipts }).map((one) => one.documents.map(({ number }) => number))).toEqual([[2]]);
});

test("steps that are receipts find their receipt", () => {
  const receipts = [receipt(1, "2", "a"), receipt(2, "2", "b")];
  expect(receiptsOfSteps([{ step: "sent" }, { step: "receipt" }, { step: "rejected" }, { step: "receipt" }], receipts)).toEqual([undefined, receipts[0], undefined, receipts[1]]);
});

test("the heading of a message counts its documents by what is to be done about them", () => {
  const documents = [1, 2, 3, 4].map((n) => document(n, "rejected", true)).concat(document(5, "accepted", false), document(6, "rejected", false));
  const way = (one: Receipt, resubmit: string) => ({ ...one, explanation: { ...one.explanation, resubmit } }) as Receipt;
  const receipts = [way(receipt(1, "Code:1332", "[1]"), "new"), way(receipt(2, "Code:1332", "[2]"), "new"), way(receipt(3, "Code:1310", "[3]"), "call"), way(receipt(4, "x", "[4]"), "wait")];
  const message = { outcome: "rejected", needsAction: true, nDocuments: 6, documents, receipts };
  expect(standing(message)).toEqual({
    all: 6, bad: 5, dealt: 1,
    doings: [{ doing: "correct", n: 2 }, { doing: "call", n: 1 }, { doing: "follow", n: 1 }],
  });
  expect([...doingsOf(message)]).toEqual([[1, "correct"], [2, "correct"], [3, "call"], [4, "follow"]]);
  const refused = { outcome: "refused", needsAction: true, nDocuments: 2, documents: [], receipts: [] };
  expect(standing(refused)).toEqual({ all: 2, bad: 2, dealt: 0, doings: [{ doing: "correct", n: 2 }] });
});

test("how what came back was dealt with is shown by its link and its timeline", () => {
  const dismissed = { at: "", detail: "", holder: "", step: "message.dismissed", stepName: "" };
  const correctedBy = { id: "2", acceptanceNo: "TG2" } as NonNullable<Schema<"MessageDetail">["correctedBy"]>;
  const none = { documents: [] };
  expect(dealings({ ...none, timeline: [], correctedBy })).toEqual([{ how: "corrected", numbers: [] }]);
  expect(dealings({ ...none, timeline: [dismissed] })).toEqual([{ how: "dismissed", numbers: [] }]);
  expect(dealings({ ...none, timeline: [] })).toEqual([{ how: "anew", numbers: [] }]);
  // A part was corrected and the rest dismissed: each document says how it was dealt with.
  const documents = [document(1, "accepted", false), document(2, "rejected", false), { ...document(3, "faulty", false), isDismissed: true }];
  expect(dealings({ documents, timeline: [dismissed], correctedBy })).toEqual([{ how: "corrected", numbers: [2] }, { how: "dismissed", numbers: [3] }]);
});
