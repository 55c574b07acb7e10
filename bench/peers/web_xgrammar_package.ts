/**
 * Loading `@mlc-ai/web-xgrammar` in Deno, for the benchmarks and for the check of the grammar files.
 *
 * The package says that it is an ES module and ships a script that expects CommonJS or a browser; the
 * names that it needs from CommonJS are put where it finds them, and it leaves its exports in a global.
 *
 * @module
 */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** What the package exports. */
export type WebXGrammar = typeof import("@mlc-ai/web-xgrammar");

/** Loads it, once a thread. */
export async function loadWebXGrammar(): Promise<WebXGrammar> {
  const url = import.meta.resolve("@mlc-ai/web-xgrammar");
  Object.assign(globalThis, { require: createRequire(url), __filename: fileURLToPath(url) });
  await import("@mlc-ai/web-xgrammar");
  return (globalThis as unknown as { xgrammar: WebXGrammar }).xgrammar;
}

/** GPT-2's printable character for each byte. */
export const BYTE_NAMES: readonly string[] = (() => {
  let extra = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
      byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : extra++);
  });
})();
