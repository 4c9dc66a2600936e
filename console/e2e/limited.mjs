// A test in a browser that says when it begins and how it ended, and ends: a wait that has no limit of its own (a script
// in a page, a browser that hangs) would hold up all others, and nobody would see which one it was.
import { test as run } from "node:test";

/** Longer than the longest of them on a machine that builds beside it. */
const LIMIT = 240_000;

export function test(name, body) {
  return run(name, { timeout: LIMIT }, async (...given) => {
    const begun = Date.now();
    const say = (how) => process.stderr.write(`${how} after ${((Date.now() - begun) / 1000).toFixed(1)} s: ${name}\n`);
    const late = setTimeout(() => say("runs still"), LIMIT / 2);
    try {
      await body(...given);
      say("passed");
    } catch (error) {
      say("FAILED");
      process.stderr.write(`${error?.stack ?? error}\n`);
      throw error;
    } finally {
      clearTimeout(late);
    }
  });
}
