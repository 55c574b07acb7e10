/**
 * For tests: patterns of the kinds that real schemas hold, and texts that match them or nearly do.
 *
 * @module
 */

import type { PatternNode } from "./ecma_regex_syntax.ts";

/** Valid with the `u` flag. */
export const SAMPLE_PATTERNS: readonly string[] = [
  // Identifiers and names.
  "^[a-zA-Z_][a-zA-Z0-9_]*$",
  "^[a-z]([-a-z0-9]*[a-z0-9])?$",
  "^[a-z0-9]+(?:-[a-z0-9]+)*$",
  "^([a-z][a-z0-9]*)(-[a-z0-9]+)*$",
  "^[\\w-]+$",
  "^[\\w.:-]+$",
  "^[\\w\\/-]|[\\w-][\\w\\/-]*[\\w-]$",
  "^[a-zA-Z$_][a-zA-Z0-9$_]*(\\.[a-zA-Z$_][a-zA-Z0-9$_]*)*$",
  "^([A-Z][a-z]+)+$",
  "^[a-z]+([A-Z][a-z]+)*[A-Z]?$",
  "^(@[a-z0-9-~][a-z0-9-._~]*\\/)?[a-z0-9-~][a-z0-9-._~]*$",
  "^@([\\da-z](?:(?!.*--)[\\da-z-]*[\\da-z])?)/([\\da-z](?:(?!.*--)[\\da-z-]*[\\da-z])?)$",
  "^x-",
  "^(?!x-)",
  "^\\$\\{[^}]+\\}$",
  "^\\{\\{.+\\}\\}$",
  "^[^\\s]+$",
  "^\\S+( \\S+)*$",
  "^(?:\\S+\\s+){0,4}\\S+$",
  "^.{1,10}$",
  "^.{3,}$",
  "^[\\s\\S]{0,5}$",
  "^[^]{2}$",
  "^\\S(.*\\S)?$",
  "^$|^\\S+$",
  "^(?!\\s*$).+",
  "^(?!\\s)(?!.*\\s$).+$",
  // Numbers, versions, sizes.
  "^\\d+$",
  "^[1-9]\\d*$",
  "^-?\\d+(\\.\\d+)?$",
  "^[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?$",
  "^0x[0-9a-fA-F]+$",
  "^\\d+\\.\\d+\\.\\d+$",
  "^v?\\d+(\\.\\d+){0,2}$",
  "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$",
  "^(\\d\\.)(\\d)$|^(\\d)$",
  "^\\d+(%|px)?$",
  "^[0-9]+(\\.[0-9]{1,2})?$",
  "^\\d{1,3}(,\\d{3})*$",
  "^([0-9]+)(Ki|Mi|Gi|k|M|G)?$",
  "^(100|[1-9]?[0-9])%?$",
  "^(?:[01]?\\d|2[0-3]):[0-5]\\d$",
  // Dates and times.
  "^\\d{4}-\\d{2}-\\d{2}$",
  "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$",
  "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$",
  "^\\d{4}(-\\d{2}(-\\d{2})?)?$",
  "^P(?!$)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+S)?)?$",
  "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)$",
  // Hashes and identifiers.
  "^[A-Fa-f\\d]{24}$",
  "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
  "^#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$",
  "^#(?:[0-9a-f]{3}){1,2}$",
  "^[a-f0-9]{7,10}$",
  "[A-F0-9]{8}",
  "^(sha1|sha256)-[A-Za-z0-9+/]+={0,2}$",
  "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
  "^urn:[a-z0-9][a-z0-9-]{0,31}:[a-z0-9()+,\\-.:=@;$_!*'%/?#]+$",
  "^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\\d{0,12}:.+$",
  "^(doi:)?10\\.[0-9]{4,9}/[A-Za-z0-9:;)(_/.-]+$",
  "(PMID:)?[1-9][0-9]{0,8}",
  "^[A-Z]{2}\\d{2}[A-Z0-9]{1,8}$",
  "^[A-Z]{3}$",
  "^[a-z]{2}(-[A-Z]{2})?$",
  "^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\\d{3}))?$",
  "^\\+[1-9]\\d{1,14}$",
  "^\\(?\\d{3}\\)?[-. ]?\\d{3}[-. ]?\\d{4}$",
  "^(?:\\d{5}(?:-\\d{4})?|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d)$",
  // Paths, addresses.
  "^/",
  "^[^/]+$",
  "^(\\/?((\\.{2})|([a-z0-9][a-z0-9\\-.]*[a-z0-9]+)|([a-z0-9]*))($|\\/))+$",
  "^\\/api\\/v1\\/users\\/[^/]+$",
  "^/(([a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})+(/([a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*)*)?$",
  "^(?:[^/]*/)*[^/]+\\.(?:ya?ml|json)$",
  "((?:[^/]*/)*)(?=\\.(yaml|yml|json))",
  "\\.(png|jpe?g|gif)$",
  "^.*\\.[tj]sx?$",
  "^(?!.*\\.\\.).*$",
  "^(?!/)(?!.*//).+(?<!/)$",
  "^https?://",
  "^(https?|ftp)://[^\\s/$.?#].[^\\s]*$",
  "^(https?:\\/\\/)?([\\da-z.-]+)\\.([a-z.]{2,6})([\\/\\w .-]*)*\\/?$",
  "^https?:\\/\\/(www\\.)?[-a-zA-Z0-9@:%._+~#=]{1,9}\\.[a-zA-Z0-9()]{1,6}\\b([-a-zA-Z0-9()@:%_+.~#?&//=]*)$",
  "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
  "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*$",
  "^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}$",
  "^([0-9]{1,3}\\.){3}[0-9]{1,3}(/([0-9]|[1-2][0-9]|3[0-2]))?$",
  "^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$",
  "^(?=.{1,20}$)(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$",
  "^(?!.*://)(?=.{1,20}$)((.{1,5}\\.){1,4}(?![0-9]*$)[a-z0-9-]+\\.?)$",
  "^[a-z][a-z0-9+.-]*:",
  "^localhost(:\\d{1,5})?$",
  "^s3://[a-z0-9.-]{3,10}(/.*)?$",
  "^git(@|://).+\\.git$",
  "^(pkg|npm):",
  "^(\\*|[a-z]+(/(\\*|[a-z]+))?)$",
  "^(application|audio|text)/.+(;\\s*.+=.+)*",
  // Words that must or must not occur.
  ".*",
  ".+",
  "",
  "a",
  "^(.*)$",
  "foo|bar",
  "^foo|bar$",
  "^(foo|bar)$",
  "^(?:foo|foobar|barfoo)$",
  "(\\+)\\w+",
  "^(?!interactive|name|style).+$",
  "^(?!pattern$).*$",
  "^(?!tag|category)$",
  "^((?!mode)(?!Mode).)*$",
  "^(?!org\\.bukkit\\.)([a-zA-Z_$][a-zA-Z\\d_$]*\\.)*[a-zA-Z_$][a-zA-Z\\d_$]*$",
  "^(?![i|I][o|O][b|B])",
  "^(?!^lucene\\.|builtin\\.).*",
  "^(?=[^=]+$)(?!\\s+$)(.|\\n)+$",
  "^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)[^\\s]{3,8}$",
  "^(?=.*\\d).{4,6}$",
  '^(?!.*["<>*?:/\\\\]).*\\.[bB][lL][fF]$',
  "^(?:(?!ab).)+$",
  "^(?:(?!--)[a-z-])*$",
  "^(?!-)[a-z-]+(?<!-)$",
  "(?<!\\\\)\\$",
  "(?<=^|,)a(?=,|$)",
  "(?<![\\w.])v\\d+(?![\\w.])",
  "\\bfoo\\b",
  "\\Boo\\B",
  "^\\w+\\b.\\b\\w+$",
  "^(\\b\\w+\\b\\W?)+$",
  "^(?:\\b[A-Z]\\w*\\b ?)*$",
  "\\b(?:TODO|FIXME)\\b:?",
  // Lists.
  "^[a-z]+(,[a-z]+)*$",
  "^([^,]+(,|$)){3,}$",
  "^(?:(?:(?:[A-Za-z0-9]+[-]?)+[A-Za-z0-9]/)?[A-Za-z0-9_-]+\\s*,\\s*)*[A-Za-z0-9_-]+$",
  "^(\\w+=\\w+)(;\\w+=\\w+)*;?$",
  "^\\[(\\d+(, \\d+)*)?\\]$",
  "^(a|b){2,3}?c*?$",
  "^(a+)+b$",
  "^(?:a|ab)(?:c|bcd)(?:d*)$",
  "^(?:(?:a{2}){2}|b{3,5})+$",
  // Unicode.
  "^\\p{L}+$",
  "^[\\p{L}\\p{N}_ ]*$",
  "^\\p{Lu}\\p{Ll}+$",
  "^\\P{L}+$",
  "[\\p{Zs}A-Za-z0-9+\\.,\\-_:;()]{2}",
  "^\\p{Script=Greek}+$",
  "^[À-ÿ]+$",
  "^[\\u00c0-\\u024f\\w]+$",
  "^[\\u4e00-\\u9fa5]{1,3}$",
  "^[^\\x00-\\x1f\\x7f]+$",
  "[^\\x20-\\x7e]",
  "^\\u{1f600}|\\ud83d\\ude01$",
  "^[\\u{1f300}-\\u{1faff}]$",
  "^é\\n?$",
  "^(?<year>\\d{4})-(?<month>\\d{2})$",
  "^(?:(?<a>x)|(?<a>y))z$",
  "^(?i:yes|no)$",
  "^(?i:straße)$",
  "^a(?s:.)b(?-s:.)c$",
  "(?m:^b$)",
  "^\\cA\\0\\x41\\t\\v\\f\\r\\n?$",
  "^[\\b\\-\\]\\\\^]+$",
  "^\\/\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|$",
  "^(?:Red|Blue|Yellow|Gold|Silver|Crystal|Ruby)$",
  "[]",
  "^[^]*$",
  "$^",
  "^(|a|)b(?:)$",
];

/** Valid only by Annex B, that is, without the `u` flag. */
export const ANNEX_B_PATTERNS: readonly string[] = [
  "^[\\w\\.\\d\\_]+$",
  "^\\d{4}\\-\\d{2}\\-\\d{2}$",
  "^[^\\/~\\^\\: \\[\\]]+(\\/[^\\/~\\^\\:]+)*$",
  "^mailto:[\\w\\_\\~\\!\\$\\&\\'\\(\\)]+@[\\w.-]+?$",
  '^\\%VERSION\\%$|^\\@\\"$',
  "/{env}/{platform}/explores",
  ".*\\{\\{.+}}.*",
  "^{model}\\.{1}$",
  "^PUBMED:\\{d}",
  "^[[a-z]*[-]?[a-z]*]*$",
  "^[\\w-.]+$",
  "^[\\d-x]+$",
  "^[a-\\d]+$",
  "^]}$",
  "^a{,3}$",
  "^a{1,2$",
  "^x{a}$",
  "^\\u{61}\\_$",
  "^\\u00\\_$",
  "^\\x4\\_$",
  "^\\p{L}\\_$",
  "^\\k\\_$",
  "^\\101\\_\\7\\08$",
  "^\\8\\_\\9$",
  "^\\1\\_$",
  "^[\\101\\12\\8\\c1\\c_]+$",
  "^\\c\\_[\\c]$",
  "^(?=a)*b\\_?$",
  "^(?!a){0}a\\_$",
  "^\\a\\e\\g\\h\\i$",
  "^é\\é$",
  "^[^\\_]$",
];

/** Neither grammar has these. */
export const INVALID_PATTERNS: readonly string[] = [
  "(",
  ")",
  "a)",
  "(?",
  "(?<",
  "(?<a",
  "(?<>a)",
  "(?<1>a)",
  "(?<a>x)(?<a>y)",
  "(?<a>x)\\k<b>",
  "(?P<name>x)",
  "(?#comment)",
  "(?>atomic)",
  "(?x:a)",
  "(?ii:a)",
  "(?i-i:a)",
  "(?-:a)",
  "(?i)a",
  "[",
  "[a",
  "[b-a]",
  "[\\d",
  "\\",
  "a\\",
  "*",
  "+a",
  "a**",
  "a{2}{3}",
  "a{2,1}",
  "{1}",
  "^*",
  "(?<=a)*",
  "\\b+",
  "a|*",
];

/** A stream of numbers in [0, 1) that depends on the seed only (Mulberry32). */
export function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A text that matches the pattern where it has no assertions, and often enough where it has. */
export function textLike(node: PatternNode, random: () => number): string {
  const below = (bound: number) => Math.floor(random() * bound);
  switch (node.kind) {
    case "characters": {
      if (node.set.length === 0) return "";
      // Mostly the first ranges, which hold ASCII, and the edges.
      const ranges = node.set.length >> 1;
      const range = below(random() < 0.8 ? Math.min(ranges, 6) : ranges);
      const from = node.set[2 * range]!, to = node.set[2 * range + 1]!;
      if (random() < 0.3) return String.fromCodePoint(random() < 0.5 ? from : to);
      const low = from < 0x20 && to > 0x7e ? 0x20 : from;
      return String.fromCodePoint(low + below(Math.min(to - low + 1, 96)));
    }
    case "sequence":
      return node.parts.map((part) => textLike(part, random)).join("");
    case "alternation":
      return textLike(node.parts[below(node.parts.length)]!, random);
    case "repeat": {
      const count = Math.min(node.min + (random() < 0.5 ? 0 : below(4)), node.max);
      let text = "";
      for (let i = 0; i < count && text.length < 200; i++) text += textLike(node.part, random);
      return text;
    }
    case "text_start":
    case "text_end":
      return "";
    case "look":
      return random() < 0.25 ? textLike(node.part, random) : "";
  }
}

/** The text with a few characters inserted, deleted, doubled, swapped or replaced. */
export function mutated(text: string, random: () => number): string {
  const below = (bound: number) => Math.floor(random() * bound);
  const alphabet = [...'aAbzZ09_-./:@ \n\u2028éſKß語😀\\"$', ...text];
  const characters = [...text];
  for (let edits = 1 + below(2); edits > 0; edits--) {
    const at = below(characters.length + 1);
    const other = alphabet[below(alphabet.length)]!;
    switch (below(5)) {
      case 0:
        characters.splice(at, 0, other);
        break;
      case 1:
        characters.splice(at, 1);
        break;
      case 2:
        if (at < characters.length) characters.splice(at, 0, characters[at]!);
        break;
      case 3:
        characters.splice(at, 2, ...characters.slice(at, at + 2).reverse());
        break;
      default:
        if (at < characters.length) characters[at] = other;
    }
  }
  return characters.join("");
}
