import { expect, test } from "vitest";
import { ApiError } from "./problem";
import { readAll } from "./several";

const { signal } = new AbortController();
const tick = () => new Promise<void>((done) => setTimeout(done, 0));

test("no more than two questions are open at a time, and the answers keep their order", async () => {
  let open = 0;
  let most = 0;
  const ask = async (n: number) => {
    most = Math.max(most, ++open);
    await tick();
    open -= 1;
    return n * 2;
  };
  const all = Array.from({ length: 30 }, (_, n) => n);
  expect(await readAll(all, ask, signal)).toEqual(all.map((n) => n * 2));
  expect(most).toBe(2);
});

test("a question that came too early is asked again when the platform says; another refusal is no answer", async () => {
  const waited: number[] = [];
  const pause = async (ms: number) => void waited.push(ms);
  const asked = new Map<number, number>();
  const ask = async (n: number) => {
    const times = (asked.get(n) ?? 0) + 1;
    asked.set(n, times);
    if (n === 1 && times < 3) throw new ApiError(429, undefined, undefined, 2);
    if (n === 2) throw new ApiError(409, undefined, undefined);
    return n;
  };
  expect(await readAll([0, 1, 2], ask, signal, pause)).toEqual([0, 1, undefined]);
  expect(waited).toEqual([2000, 2000]);
  expect(asked.get(2)).toBe(1);
});
