import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { QUERIES } from "../api/queries";
import { PageQueries } from "./pageQueries";

const ask = (client: QueryClient, name: string) => new QueryObserver(client, { queryKey: [name], queryFn: () => name }).subscribe(() => undefined);

function opened() {
  const client = new QueryClient({ defaultOptions: { queries: { ...QUERIES, refetchInterval: false } } });
  const pages = new PageQueries(client);
  pages.watch();
  const has = (name: string) => client.getQueryCache().find({ queryKey: [name] }) !== undefined;
  return { client, pages, has };
}

test("what a page has read stays while it is hidden, and goes with its tab", () => {
  const { client, pages, has } = opened();
  pages.see("/correct");
  const hide = ask(client, "form");
  pages.see("/list");
  hide();
  ask(client, "list");
  pages.keepOnly(["/correct", "/list"]);
  expect(has("form")).toBe(true);
  expect(client.getQueryCache().find({ queryKey: ["form"] })?.options.gcTime).toBe(Number.POSITIVE_INFINITY);
  pages.keepOnly(["/list"]);
  expect(has("form")).toBe(false);
  expect(has("list")).toBe(true);
});

test("what another page or the head of the window asks for as well stays", () => {
  const { client, pages, has } = opened();
  ask(client, "head");
  pages.see("/a");
  for (const name of ["shared", "head", "own"]) ask(client, name)();
  pages.see("/b");
  ask(client, "shared")();
  pages.keepOnly(["/b"]);
  expect([has("shared"), has("head"), has("own")]).toEqual([true, true, false]);
  pages.keepOnly([]);
  expect([has("shared"), has("head")]).toEqual([false, true]);
});
