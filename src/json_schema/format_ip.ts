/**
 * `ipv4` and `ipv6`, which URIs and e-mail addresses are made of too.
 *
 * Source: RFC 3986, section 3.2.2 (`IPv4address`, `IPv6address`), which is RFC 4291, section 2.2, as ABNF.
 *
 * @module
 */

import type { FormatBuilder } from "./format_builder.ts";

/** Four decimal octets, without leading zeros. */
export function ipv4Language<T>(b: FormatBuilder<T>): T {
  const { digit } = b;
  const octet = b.either(
    b.seq(b.maybe(b.oneOf("1-9")), digit),
    b.seq("1", digit, digit),
    b.seq("2", b.oneOf("0-4"), digit),
    b.seq("25", b.oneOf("0-5")),
  );
  return b.seq(octet, b.times(b.seq(".", octet), 3));
}

/** Eight groups, `::` at most once, the last two groups possibly as an IPv4 address; no zone. */
export function ipv6Language<T>(b: FormatBuilder<T>): T {
  const group = b.times(b.hexDigit, 1, 4);
  const groupColon = b.seq(group, ":");
  const last32 = b.either(b.seq(groupColon, group), ipv4Language(b));
  /** At most `count` groups before `::`. */
  const upTo = (count: number) => b.maybe(b.times(groupColon, 0, count - 1), group);
  return b.either(
    b.seq(b.times(groupColon, 6), last32),
    b.seq("::", b.times(groupColon, 5), last32),
    b.seq(upTo(1), "::", b.times(groupColon, 4), last32),
    b.seq(upTo(2), "::", b.times(groupColon, 3), last32),
    b.seq(upTo(3), "::", b.times(groupColon, 2), last32),
    b.seq(upTo(4), "::", groupColon, last32),
    b.seq(upTo(5), "::", last32),
    b.seq(upTo(6), "::", group),
    b.seq(upTo(7), "::"),
  );
}
