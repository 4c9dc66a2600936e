// Every page of the console: one list for each folder.
import { pages as administration } from "./administration/pages";
import { pages as bureau } from "./bureau/pages";
import { pages as cases } from "./cases/pages";
import { pages as company } from "./company/pages";
import { pages as exchange } from "./exchange/pages";
import { pages as notices } from "./notices/pages";
import { pages as operator } from "./operator/pages";
import { pages as shared } from "./shared/pages";

export const PAGES = [...operator, ...exchange, ...cases, ...bureau, ...company, ...shared, ...notices, ...administration] as const;

type Any = (typeof PAGES)[number];

/** The paths that may stand in the menu. */
export type MenuPath = Extract<Any, { icon: unknown }>["path"];

/** The page above each page of a record is one of the menu. */
type Under = Extract<Any, { under: unknown }>["under"];
export const UNDER: readonly MenuPath[] = PAGES.flatMap((page): Under[] => ("under" in page ? [page.under] : []));
