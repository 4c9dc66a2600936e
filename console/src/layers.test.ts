// The folders of the console are layers, as the modules of a crate are: each uses only those below it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

/** From high to low. */
const LAYERS = ["main", "pages", "shell", "resource", "charts", "view", "i18n", "api", "format"];

const ROOT = import.meta.dirname;

const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !/\.(test|d)\.ts$/.test(name));

/** The layer of a file; those that lie beside `main.tsx` belong to it. */
const layerOf = (name: string) => (name.includes("/") ? (name.split("/")[0] ?? "") : "main");

const imports = sources.flatMap((name) =>
  [...readFileSync(join(ROOT, name), "utf8").matchAll(/(?:from|import|import\()\s*"(\.[^"]*)"/g)].map(([, to = ""]) => {
    const found = relative(ROOT, normalize(join(ROOT, dirname(name), to)));
    return { from: name, to: found === "" || found.includes("/") ? found : /^(pages|i18n)$/.test(found) ? `${found}/index` : found };
  }),
);

test("every folder is a layer", () => {
  expect([...new Set(sources.map(layerOf))].filter((one) => !LAYERS.includes(one))).toEqual([]);
});

test("imports go down", () => {
  expect(imports.length).toBeGreaterThan(500);
  // What lies outside is a text, not a module.
  const inside = imports.filter(({ to }) => !to.startsWith(".."));
  const up = inside.filter(({ from, to }) => LAYERS.indexOf(layerOf(to)) < LAYERS.indexOf(layerOf(from)));
  expect(up.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("a page has a file of its own, which other files do not take apart", () => {
  const lists = sources.filter((name) => /^pages\/\w+\/pages\.tsx$/.test(name));
  const pages = lists.flatMap((name) => [...readFileSync(join(ROOT, name), "utf8").matchAll(/import\("\.\/(\w+)"\)/g)].map(([, file = ""]) => `${dirname(name)}/${file}.tsx`));
  expect(pages.length).toBeGreaterThan(40);
  expect(pages.filter((one, i) => pages.indexOf(one) !== i)).toEqual([]);
  const taken = sources.flatMap((name) =>
    [...readFileSync(join(ROOT, name), "utf8").matchAll(/import (?!type)[^;]*?\{([^}]*)\} from "(\.[^"]*)"/g)]
      .filter(([, what = "", to = ""]) => /(^|,)\s*(?!type\b)\w/.test(what) && pages.includes(`${relative(ROOT, normalize(join(ROOT, dirname(name), to)))}.tsx`))
      .map(([, what = "", to = ""]) => `${name} takes ${what.trim()} from ${to}`),
  );
  // A company's own page is the card of a company with its codes above.
  expect(taken).toEqual(["pages/company/OwnCompany.tsx takes CompanyCard from ../bureau/CompanyCard"]);
});
