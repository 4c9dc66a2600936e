import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection, type Probed, PROBE_MS } from "./connection";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is on the screen is from the last answer, and the platform is asked until it is back", async () => {
  let now = 1000;
  let answers: Probed = "gone";
  let asked = 0;
  const connection = new Connection(
    () => now,
    async () => {
      asked += 1;
      return answers;
    },
  );
  let calls = 0;
  connection.watch(() => (calls += 1));
  now = 5000;
  connection.reached();
  expect(calls).toBe(0);
  now = 9000;
  connection.missed();
  connection.missed();
  expect(connection.current()).toEqual({ since: 5000, offline: false, noStore: false, never: false });
  expect(calls).toBe(1);
  await vi.advanceTimersByTimeAsync(PROBE_MS * 2);
  expect(asked).toBe(2);
  expect(connection.current()?.since).toBe(5000);
  answers = "reached";
  await vi.advanceTimersByTimeAsync(PROBE_MS);
  expect(connection.current()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(PROBE_MS * 10);
  expect(asked).toBe(3);
});

test("a browser without network says so until the platform answers", async () => {
  const connection = new Connection(
    () => 7,
    async () => "gone",
  );
  connection.missed();
  connection.missed(true);
  expect(connection.current()).toEqual({ since: 7, offline: true, noStore: false, never: true });
  connection.reached();
  expect(connection.current()).toBeUndefined();
});

test("a platform without its database is told from one that is gone, since the last answer", async () => {
  let answers: Probed = "noStore";
  const connection = new Connection(
    () => 3,
    async () => answers,
  );
  connection.reached();
  await connection.look();
  expect(connection.current()).toEqual({ since: 3, offline: false, noStore: true, never: false });
  answers = "gone";
  await connection.look();
  expect(connection.current()).toMatchObject({ since: 3, noStore: false });
  answers = "reached";
  await connection.look();
  expect(connection.current()).toBeUndefined();
});
