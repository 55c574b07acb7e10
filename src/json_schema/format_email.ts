/**
 * `email` and `idn-email`: the `Mailbox` of SMTP.
 *
 * Left out are general address literals (`[tag:…]`, there is no registered tag), and the limits on octets (64 for
 * the local part, 255 for the domain), which would make every length a state of its own.
 * Source: RFC 5321, section 4.1.2 and 4.1.3; RFC 6531, section 3.3 (non-ASCII characters).
 *
 * @module
 */

import { type CodePointSet, unionOfSets } from "../automata/mod.ts";
import { characterSet, type FormatBuilder } from "./format_builder.ts";
import { ipv4Language, ipv6Language } from "./format_ip.ts";
import { idnaSets } from "./idna_sets.ts";

const NON_ASCII: CodePointSet = [0x80, 0xd7ff, 0xe000, 0x10ffff];
const ATEXT = characterSet("A-Za-z0-9!#$%&'*+/=?^_`{|}~-");
/** What stands in a quoted string without a backslash. */
const QTEXT = characterSet(" !#-[]-~");
const LET_DIG = characterSet("A-Za-z0-9");

/** An ASCII mailbox. */
export function emailLanguage<T>(b: FormatBuilder<T>): T {
  return mailbox(b, ATEXT, QTEXT, LET_DIG);
}

/** A mailbox with non-ASCII characters: any in the local part, those of U-labels in the domain. */
export function idnEmailLanguage<T>(b: FormatBuilder<T>): T {
  return mailbox(
    b,
    unionOfSets([ATEXT, NON_ASCII]),
    unionOfSets([QTEXT, NON_ASCII]),
    unionOfSets([LET_DIG, idnaSets().valid]),
  );
}

function mailbox<T>(
  b: FormatBuilder<T>,
  atext: CodePointSet,
  qtext: CodePointSet,
  labelCharacters: CodePointSet,
): T {
  const dotString = b.list(b.some(b.oneOf(atext)), ".");
  const quotedString = b.seq(
    '"',
    b.any(b.either(b.oneOf(qtext), b.seq("\\", b.oneOf(" -~")))),
    '"',
  );
  const labelEnd = b.some(b.oneOf(labelCharacters));
  const label = b.list(labelEnd, b.some("-"));
  const literal = b.seq("[", b.either(ipv4Language(b), b.seq("IPv6:", ipv6Language(b))), "]");
  return b.seq(b.either(dotString, quotedString), "@", b.either(b.list(label, "."), literal));
}
