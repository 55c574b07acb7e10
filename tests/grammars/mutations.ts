/**
 * For tests: texts that are nearly sentences.
 *
 * A sentence is changed in one to three places: characters leave, come in, change, trade places or come
 * twice. What comes in is mostly from the sentence itself or from another one, since a foreign character is
 * refused wherever it stands.
 *
 * @module
 */

/**
 * Changes a text.
 *
 * @param text The text.
 * @param other Where new characters are taken from, beside the text.
 * @param random Numbers in [0, 1).
 */
export function mutate(text: string, other: string, random: () => number): string {
  const units = Array.from(text);
  const pool = [...units, ...other, ...` \n"'(){}[],.:;-+*/<>=|#@0129aAzZ_`];
  const below = (count: number) => Math.floor(random() * count);
  const drawn = () => pool[below(pool.length)]!;
  for (let left = 1 + below(3); left > 0; left--) {
    const at = below(units.length + 1);
    switch (below(6)) {
      case 0:
        units.splice(at, 1);
        break;
      case 1:
        units.splice(at, 0, drawn());
        break;
      case 2:
        units.splice(at, 1, drawn());
        break;
      case 3:
        units.splice(at, 2, ...units.slice(at, at + 2).reverse());
        break;
      case 4:
        units.splice(at, 0, ...units.slice(at, at + 1 + below(4)));
        break;
      case 5:
        units.splice(at, 1 + below(4));
        break;
    }
  }
  return units.join("");
}
