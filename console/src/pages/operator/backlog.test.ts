import { expect, test } from "vitest";
import { backedUp, type Depth, isSlow, looked, USUAL_MS } from "./backlog";

const run = (...depths: number[]) => depths.reduce<(readonly Depth[])[]>((looks, depth) => looked(looks, [{ name: "up", depth }]), []);

test("a queue that grows or stands still over several looks has nobody at its end", () => {
  expect(backedUp(run(1, 2, 5))).toEqual(["up"]);
  expect(backedUp(run(4, 4, 4))).toEqual(["up"]);
});

test("one that is being emptied, was empty, or was not looked at for long is not backed up", () => {
  expect(backedUp(run(5, 3, 4))).toEqual([]);
  expect(backedUp(run(0, 2, 3))).toEqual([]);
  expect(backedUp(run(0, 0, 0))).toEqual([]);
  expect(backedUp(run(1, 2))).toEqual([]);
  expect(backedUp(run(9, 9, 9, 2))).toEqual([]);
});

test("what waits for customs is late only when it waits longer than is usual", () => {
  expect(isSlow({ sent: 3, sentOldestMs: USUAL_MS + 1 })).toBe(true);
  expect(isSlow({ sent: 3, sentOldestMs: 900 })).toBe(false);
  expect(isSlow({ sent: 0, sentOldestMs: 0 })).toBe(false);
});
