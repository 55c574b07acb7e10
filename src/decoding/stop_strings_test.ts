import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StopStrings } from "./stop_strings.ts";

Deno.test("in whatever pieces it comes, a text ends before the stop string that is complete first", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 8 }),
      fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 }), {
        maxLength: 3,
      }),
      (pieces, stops) => {
        const watch = new StopStrings(stops);
        let shown = "";
        const whole = pieces.join("");
        for (const piece of pieces) {
          shown += watch.push(piece);
          if (watch.found === null) assertEquals(whole.startsWith(shown), true);
        }
        shown += watch.end();
        const places = stops.flatMap((stop) => {
          const start = whole.indexOf(stop);
          return start < 0 ? [] : [{ start, end: start + stop.length }];
        }).sort((a, b) => a.end - b.end || a.start - b.start);
        assertEquals(shown, places.length > 0 ? whole.slice(0, places[0]!.start) : whole);
        assertEquals(watch.found !== null, places.length > 0);
      },
    ),
  );
});

Deno.test("only texts can end a text, and not too many", () => {
  assertThrows(() => new StopStrings([""]), TypeError);
  assertThrows(() => new StopStrings([5 as unknown as string]), TypeError, "got 5");
  assertThrows(() => new StopStrings(Array(17).fill("x")), RangeError, "17");
});
