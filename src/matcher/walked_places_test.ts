/** Tests of the set of places of a walk. */

import { assertEquals } from "@std/assert";
import { seededRandom } from "../../tests/random_walk/walk.ts";
import { WalkedPlaces } from "./walked_places.ts";

Deno.test("places are remembered until they are forgotten, however many there are", () => {
  const random = seededRandom(1);
  const places = new WalkedPlaces();
  for (let round = 0; round < 3; round++) {
    const known = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      const [node, column, lexer] = [random(), random(), random()].map((x) =>
        Math.floor(x * 20) - 5
      );
      const key = `${node} ${column} ${lexer}`;
      assertEquals(places.hasOrAdd(node!, column!, lexer!), known.has(key), key);
      known.add(key);
    }
    places.clear();
  }
});
