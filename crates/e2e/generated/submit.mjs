// A client that swagger-typescript-api made, at work: an XML message, and the receipts. (It takes the
// colon of `messages:batch` for a parameter.)
// `submit.mjs ADDRESS KEY FOLDER`: FOLDER has the client as api.js, and two.xml.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const [address, key, folder] = process.argv.slice(2);
const { Api, ContentType } = await import(join(folder, "api.js"));
const platform = new Api({
  baseUrl: `http://${address}`,
  securityWorker: () => ({ headers: { Authorization: `Bearer ${key}` } }),
});
const text = (kind) => ({ type: ContentType.Text, headers: { "Content-Type": kind } });

const xml = await readFile(join(folder, "two.xml"), "utf8");
const { data: accepted } = await platform.api.submit(xml, text("application/xml"));
assert.equal(accepted.kind, "CEB311");
assert.equal(accepted.duplicate, false);
let cursor, found;
for (let round = 0; round < 12 && !found; round += 1) {
  const { data } = await platform.api.receipts({ wait: 5, after: cursor });
  found = data.items.some((one) => one.messageId === accepted.id && one.returnStatus === 120);
  cursor = data.next ?? cursor;
}
assert.ok(found, "no receipt of customs came");
console.log("done");
