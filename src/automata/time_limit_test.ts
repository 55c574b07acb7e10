/**
 * The clock of long work.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { TimeLimit } from "./time_limit.ts";

function workForever(limit: TimeLimit): never {
  for (;;) limit.check();
}

Deno.test("work that does not end is ended, by the name of its limit", () => {
  const limit = new TimeLimit();
  const error = assertThrows(
    () => limit.within("outerMs", 20, () => limit.within("innerMs", 1e9, () => workForever(limit))),
    LimitExceededError,
  );
  assertEquals([error.limit, error.maximum], ["outerMs", 20]);
});

Deno.test("a limit ends with its work", () => {
  const limit = new TimeLimit();
  assertThrows(() => limit.within("ms", 0, () => workForever(limit)), LimitExceededError);
  for (let i = 0; i < 1_000_000; i++) limit.check();
  assertEquals(limit.within("ms", Infinity, () => 5), 5);
});
