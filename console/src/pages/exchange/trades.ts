// The documents of a preflight as trades: one row for each order, with what stands in each of its places.
import type { Schema } from "../../api/types";

type Document = Schema<"PreflightDocument">;

export interface Cell {
  look: "refused" | "agrees" | "differs" | "missing";
  found: string;
  status?: number;
}

export interface Trade {
  key: string;
  orderNo: string;
  cells: Partial<Record<"order" | "payment" | "logistics" | "inventory", Cell>>;
  tax?: Schema<"TaxView">;
}

const PARTS: Record<string, keyof Trade["cells"]> = {
  CEB311: "order", CEB303: "order", CEB411: "payment", CEB511: "logistics", CEB505: "logistics", CEB621: "inventory", CEB603: "inventory",
};

function isPart(part: string): part is keyof Trade["cells"] {
  return ["order", "payment", "logistics", "inventory"].includes(part);
}

/** A list and its partners; documents without a list in the set stand in rows of their own order. */
export function trades(documents: readonly Document[]): Trade[] {
  const all = new Map<string, Trade>();
  const trade = (orderNo: string): Trade => {
    const found = all.get(orderNo) ?? { key: orderNo, orderNo, cells: {} };
    all.set(orderNo, found);
    return found;
  };
  // Lists first: what they say of their partners is the whole picture.
  const lists = documents.filter((document) => PARTS[document.kind] === "inventory");
  for (const document of [...lists, ...documents]) {
    const own = PARTS[document.kind];
    if (own === undefined || document.orderNo == null) continue;
    const row = trade(document.orderNo);
    const differs = (document.partners ?? []).some((partner) => partner.agrees === false);
    const look = document.ok === false ? "refused" : differs ? "differs" : "agrees";
    // What is refused by itself comes before what its partners say of it.
    if (row.cells[own] === undefined || look === "refused") row.cells[own] = { look, found: "set" };
    if (document.tax != null) row.tax ??= document.tax;
    for (const partner of document.partners ?? []) {
      if (!isPart(partner.part)) continue;
      const look = partner.agrees == null ? "missing" : partner.agrees ? "agrees" : "differs";
      const cell: Cell = { look, found: partner.found };
      if (partner.returnStatus != null) cell.status = partner.returnStatus;
      row.cells[partner.part] ??= cell;
    }
  }
  return [...all.values()];
}
