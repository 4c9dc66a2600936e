// The documents of a preflight as trades: one row for each order, with what stands in each of its places.
import type { Schema } from "../../api/types";

type Document = Schema<"PreflightDocument">;
type Finding = Pick<Schema<"PreflightFinding">, "severity" | "file" | "number" | "cell">;

export interface Cell {
  look: "refused" | "agrees" | "warned" | "differs" | "missing";
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

/** Whether a finding is about the document: by file and number, in a workbook by the sheet as well. */
function isAbout(finding: Finding, document: Document): boolean {
  if (finding.file != null && document.file != null && finding.file !== document.file) return false;
  const sheet = finding.cell?.split("!")[0];
  if (document.sheet != null && sheet !== undefined && sheet !== document.sheet) return false;
  // What is refused as a whole is refused with all its documents; a warning stands with the one that it names.
  return finding.number == null ? finding.severity === "refuse" : finding.number === document.number;
}

/** How a document stands by itself: a cell is not green while something warns of what is in it. */
function ownLook(document: Document, findings: readonly Finding[]): "refused" | "warned" | undefined {
  const about = findings.filter((finding) => isAbout(finding, document));
  if (document.ok === false || about.some((finding) => finding.severity === "refuse")) return "refused";
  return about.some((finding) => finding.severity === "warn") ? "warned" : undefined;
}

/** A list and its partners; documents without a list in the set stand in rows of their own order. */
export function trades(documents: readonly Document[], findings: readonly Finding[] = []): Trade[] {
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
    const itself = ownLook(document, findings);
    const look = itself === "refused" || !differs ? (itself ?? "agrees") : "differs";
    // How it stands by itself comes before the good word of its partners; what is refused, before any word.
    const before = row.cells[own]?.look;
    if (before === undefined || itself === "refused" || (itself === "warned" && before === "agrees")) row.cells[own] = { look, found: "set" };
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
