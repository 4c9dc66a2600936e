import { expect, test, vi } from "vitest";
import { actOf, addressOf, call, onActDone } from "./client";

test("the parts of a path are filled in and escaped, and an empty filter is not asked", () => {
  expect(addressOf("/api/v1/users/{id}/unlock", { id: "a/b?" })).toBe("/api/v1/users/a%2Fb%3F/unlock");
  expect(addressOf("/api/v1/messages", {}, { kind: "CEB311", state: "", outcome: undefined, limit: 20, needsAction: true })).toBe(
    "/api/v1/messages?kind=CEB311&limit=20&needsAction=true",
  );
  expect(() => addressOf("/api/v1/users/{id}")).toThrow("without id");
});

test("what the description does not have does not compile", () => {
  const wrong = [
    // @ts-expect-error: there is no such path
    () => call("GET", "/api/v1/nothing"),
    // @ts-expect-error: the path has no such method
    () => call("DELETE", "/api/v1/todos"),
    // @ts-expect-error: its id is missing
    () => call("POST", "/api/v1/users/{id}/unlock", { body: { reason: "" } }),
    // @ts-expect-error: its body is missing
    () => call("POST", "/api/v1/users/{id}/unlock", { path: { id: "1" } }),
    // @ts-expect-error: the body has no such field
    () => call("POST", "/api/v1/users/{id}/unlock", { path: { id: "1" }, body: { because: "" } }),
    // @ts-expect-error: the list has no such filter
    () => call("GET", "/api/v1/todos", { query: { state: "open" } }),
  ];
  expect(wrong).toHaveLength(6);
});

test("whoever hears of an act that succeeded hears whether its page is still seen", async () => {
  const location = { origin: "http://localhost", pathname: "/console/a" };
  vi.stubGlobal("window", { location });
  let answer: () => void = () => undefined;
  vi.stubGlobal("fetch", () => new Promise((done) => (answer = () => done(new Response("{}")))));
  const seen: boolean[] = [];
  const stop = onActDone((isSeen) => seen.push(isSeen));
  const act = () => call("POST", "/api/v1/session/company", { body: { companyId: "1" } });
  const here = act();
  answer();
  await here;
  expect(seen).toEqual([true]);
  // Another page is seen when the answer comes.
  const left = act();
  location.pathname = "/console/b";
  answer();
  await left;
  expect(seen).toEqual([true, false]);
  // A row of several, on which the page before goes on acting.
  const next = actOf("/console/a", act);
  answer();
  await next;
  expect(seen).toEqual([true, false, false]);
  stop();
  vi.unstubAllGlobals();
});
