// Every word of the console, by theme.
import { acts } from "./words/acts";
import { administration } from "./words/administration";
import { backOffice } from "./words/backOffice";
import { exchange } from "./words/exchange";
import { names } from "./words/names";
import { operator } from "./words/operator";
import { services } from "./words/services";
import { shell } from "./words/shell";

export const words = { ...shell, ...exchange, ...operator, ...services, ...administration, ...backOffice, ...names, ...acts };
