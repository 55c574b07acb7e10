/**
 * `uri`, `uri-reference`, `iri`, `iri-reference` and `uri-template`.
 *
 * One grammar for URIs and IRIs: they differ in which characters need no percent-encoding. A host that looks
 * like an IPv4 address needs no rule of its own, for every one is a `reg-name` too.
 * Source: RFC 3986, appendix A; RFC 3987, section 2.2; RFC 6570, section 2 (with erratum 6937, which lets
 * an apostrophe stand in a literal; the operators that are reserved for extensions are left out).
 *
 * @module
 */

import { type CodePointSet, unionOfSets } from "../automata/mod.ts";
import { characterSet, type FormatBuilder } from "./format_builder.ts";
import { ipv6Language } from "./format_ip.ts";

const NOTHING: CodePointSet = [];
const UNRESERVED = characterSet("A-Za-z0-9._~-");
const SUB_DELIMS = characterSet("!$&'()*+,;=");

/** `ucschar`: everything beyond ASCII but private use, noncharacters and specials. */
const UCSCHAR: CodePointSet = [
  0xa0,
  0xd7ff,
  0xf900,
  0xfdcf,
  0xfdf0,
  0xffef,
  ...Array.from({ length: 13 }, (_, i) => [(i + 1) << 16, ((i + 1) << 16) + 0xfffd]).flat(),
  0xe1000,
  0xefffd,
];
const IPRIVATE: CodePointSet = [0xe000, 0xf8ff, 0xf0000, 0xffffd, 0x100000, 0x10fffd];

/** What one notation lets stand without percent-encoding. */
interface Repertoire {
  readonly unreserved: CodePointSet;
  /** Additional characters of a query. */
  readonly inQuery: CodePointSet;
}

const URI: Repertoire = { unreserved: UNRESERVED, inQuery: NOTHING };
const IRI: Repertoire = { unreserved: unionOfSets([UNRESERVED, UCSCHAR]), inQuery: IPRIVATE };

/** `URI`. */
export function uriLanguage<T>(b: FormatBuilder<T>): T {
  return new UriGrammar(b, URI).absolute();
}

/** `URI-reference`. */
export function uriReferenceLanguage<T>(b: FormatBuilder<T>): T {
  return new UriGrammar(b, URI).reference();
}

/** `IRI`. */
export function iriLanguage<T>(b: FormatBuilder<T>): T {
  return new UriGrammar(b, IRI).absolute();
}

/** `IRI-reference`. */
export function iriReferenceLanguage<T>(b: FormatBuilder<T>): T {
  return new UriGrammar(b, IRI).reference();
}

class UriGrammar<T> {
  private readonly percentEncoded: T;
  /** `path-abempty`. */
  private readonly segments: T;
  private readonly suffix: T;

  constructor(private readonly b: FormatBuilder<T>, private readonly repertoire: Repertoire) {
    this.percentEncoded = percentEncoded(b);
    this.segments = b.any(b.seq("/", b.any(this.characters(":@"))));
    this.suffix = b.seq(
      b.maybe("?", b.any(this.characters(":@/?", repertoire.inQuery))),
      b.maybe("#", b.any(this.characters(":@/?"))),
    );
  }

  /** `URI`. */
  absolute(): T {
    const { b } = this;
    const scheme = b.seq(b.oneOf("A-Za-z"), b.any(b.oneOf("A-Za-z0-9+.-")));
    return b.seq(scheme, ":", this.withPath(":@"), this.suffix);
  }

  /** `URI-reference`: a relative reference may not have a colon in its first segment. */
  reference(): T {
    return this.b.either(this.absolute(), this.b.seq(this.withPath("@"), this.suffix));
  }

  /** `hier-part` or `relative-part`, by what the first segment of a path without a slash may hold. */
  private withPath(inFirstSegment: string): T {
    const { b, segments } = this;
    const firstSegment = b.some(this.characters(inFirstSegment));
    return b.either(
      b.seq("//", this.authority(), segments),
      b.seq("/", b.maybe(b.some(this.characters(":@")), segments)),
      b.maybe(firstSegment, segments),
    );
  }

  private authority(): T {
    const { b } = this;
    const future = b.seq(
      b.oneOf("Vv"),
      b.some(b.hexDigit),
      ".",
      b.some(b.oneOf(unionOfSets([UNRESERVED, SUB_DELIMS, characterSet(":")]))),
    );
    const host = b.either(
      b.seq("[", b.either(ipv6Language(b), future), "]"),
      b.any(this.characters("")),
    );
    return b.seq(b.maybe(b.any(this.characters(":")), "@"), host, b.maybe(":", b.any(b.digit)));
  }

  /** unreserved / pct-encoded / sub-delims / more. */
  private characters(more: string, inQuery: CodePointSet = NOTHING): T {
    const { unreserved } = this.repertoire;
    const set = unionOfSets([unreserved, SUB_DELIMS, characterSet(more), inQuery]);
    return this.b.either(this.b.oneOf(set), this.percentEncoded);
  }
}

function percentEncoded<T>(b: FormatBuilder<T>): T {
  return b.seq("%", b.hexDigit, b.hexDigit);
}

/** `URI-Template`. */
export function uriTemplateLanguage<T>(b: FormatBuilder<T>): T {
  const encoded = percentEncoded(b);
  const literal = b.oneOf(
    unionOfSets([characterSet("!#$&'()*+,./0-9:;=?@A-Z[]_a-z~-"), UCSCHAR, IPRIVATE]),
  );
  const varchar = b.either(b.oneOf("A-Za-z0-9_"), encoded);
  const name = b.list(b.some(varchar), ".");
  const prefix = b.seq(":", b.oneOf("1-9"), b.times(b.digit, 0, 3));
  const variable = b.seq(name, b.maybe(b.either(prefix, "*")));
  const expression = b.seq("{", b.maybe(b.oneOf("+#./;?&")), b.list(variable, ","), "}");
  return b.any(b.either(literal, encoded, expression));
}
