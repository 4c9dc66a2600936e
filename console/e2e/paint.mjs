// How long a person waits for the console, for the benchmark: a fresh browser without anything stored
// opens the first page, several times. Prints the milliseconds of each as JSON: until something is
// seen, and until the page has its heading and its figures.
import { bootstrap, launch, settled, url } from "./browser.mjs";
import { activate, firstStart, LOGIN } from "./people.mjs";

const ROUNDS = 7;

const browser = await launch();
const maker = await browser.newContext({ locale: "zh-CN" });
const links = await firstStart(await maker.newPage(), bootstrap);
const owner = await browser.newContext({ locale: "zh-CN" });
await activate(await owner.newPage(), links.get(LOGIN.operator));
const storageState = await owner.storageState();
const figures = { paint: [], usable: [] };
for (let i = 0; i < ROUNDS; i += 1) {
  const context = await browser.newContext({ storageState, viewport: { width: 1366, height: 768 }, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${url}/console/operator/pipeline`);
  await settled(page);
  const [paint, usable] = await page.evaluate(() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.now(),
  ]);
  figures.paint.push(paint);
  figures.usable.push(usable);
  await context.close();
}
await browser.close();
console.log(JSON.stringify(figures));
