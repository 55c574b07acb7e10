/**
 * The library that `%import common.NAME` reads.
 *
 * The names and meanings are those that Lark documents for its library of the same name; the spelling is
 * ours. Strings and comments are written so that a terminal's whole text is what Lark's non-greedy
 * expressions stop at.
 *
 * @module
 */

/** The library, in Lark's notation. */
export const LARK_COMMON = String.raw`
DIGIT: "0".."9"
HEXDIGIT: /[0-9A-Fa-f]/
INT: /[0-9]+/
SIGNED_INT: /[+-]?/ INT
DECIMAL: /[0-9]+\.[0-9]*|\.[0-9]+/
_EXP: /[eE][+-]?[0-9]+/
FLOAT: INT _EXP | DECIMAL _EXP?
SIGNED_FLOAT: /[+-]?/ FLOAT
NUMBER: FLOAT | INT
SIGNED_NUMBER: /[+-]?/ NUMBER

ESCAPED_STRING: /"(?:[^"\\\n]|\\[^\n])*"/

LCASE_LETTER: "a".."z"
UCASE_LETTER: "A".."Z"
LETTER: /[A-Za-z]/
WORD: /[A-Za-z]+/
CNAME: /[A-Za-z_][A-Za-z0-9_]*/

WS_INLINE: /[ \t]+/
WS: /[ \t\f\r\n]+/
CR: "\r"
LF: "\n"
NEWLINE: /(?:\r?\n)+/

SH_COMMENT: /#[^\n]*/
CPP_COMMENT: /\/\/[^\n]*/
C_COMMENT: /\/\*(?:[^*]|\*+[^*\/])*\*+\//
SQL_COMMENT: /--[^\n]*/
`;
