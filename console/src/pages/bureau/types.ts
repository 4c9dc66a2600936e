// Companies as the API shows them, by name.
import type { Schema } from "../../api/types";

export type DockingCard = Schema<"DockingCard">;
export type Board = Schema<"DockingBoard">;
export type CompanySummary = Schema<"CompanySummary">;
export type Card = Schema<"CompanyCard">;
