// An OpenID provider of others for the tests: oidc-provider with one client, and any login name is believed.
// Arguments: port, addresses to which browsers are sent back, with commas, secret of the client, folder of the packages.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [port, back, secret, folder] = process.argv.slice(2);
const entry = createRequire(join(folder, "package.json")).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(entry).href);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "tongguan", client_secret: secret, redirect_uris: back.split(",") }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["employee"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, employee: `no-${id}` }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
