// Cases as the API shows them, by name.
import type { Schema } from "../../api/types";

export type CaseSummary = Schema<"CaseSummary">;
export type CaseDetail = Schema<"CaseDetail">;
