/**
 * `@mlc-ai/web-xgrammar`, XGrammar as WebAssembly, as one of the engines of `bench/peers.ts`.
 *
 * In the mode that validates: any whitespace, and `strictMode: false`, without which it would close every object.
 * Its own cache of grammars is off: no schema is compiled twice. Masks are asked for as its users do, by the
 * asynchronous `getNextTokenBitmask`.
 *
 * @module
 */

import { type PeerEngine, serveEngine } from "./serve_engine.ts";
import { BYTE_NAMES, loadWebXGrammar, type WebXGrammar } from "./web_xgrammar_package.ts";

type GrammarCompiler = Awaited<ReturnType<WebXGrammar["GrammarCompiler"]["createGrammarCompiler"]>>;

let xgrammar: WebXGrammar;
let compiler: GrammarCompiler;

const webXGrammar: PeerEngine = {
  async load({ tokens, eosTokenIds, logitsSize }) {
    // JavaScript strings do not reach it as bytes, so tokens are written in the byte-level alphabet. Tokens
    // without text count as special.
    const names = tokens.map((token) => token === null ? "" : byteLevelName(token));
    const tokenizerInfo = await xgrammar.TokenizerInfo.createTokenizerInfo(
      names,
      "byte_level",
      false,
      logitsSize,
      [...eosTokenIds],
    );
    compiler = await xgrammar.GrammarCompiler.createGrammarCompiler(tokenizerInfo, false);
  },
  async compile(schema) {
    const grammar = await compiler.compileJSONSchema(schema, true, -1, undefined, false);
    return {
      async start() {
        const matcher = await xgrammar.GrammarMatcher.createGrammarMatcher(grammar);
        let mask: Int32Array = new Int32Array();
        return {
          async fillMask() {
            mask = await matcher.getNextTokenBitmask();
            return mask.some((word) => word !== 0);
          },
          allows: (id) => (mask[id >>> 5]! >>> (id & 31) & 1) === 1,
          acceptToken: (id) => matcher.acceptToken(id),
          dispose: () => matcher.dispose(),
        };
      },
      dispose: () => grammar.dispose(),
    };
  },
  classify(error) {
    // It has no errors for schemas: it prints why and aborts, and the module is of no use any more.
    return error instanceof WebAssembly.RuntimeError ? "broken" : "error";
  },
};

function byteLevelName(bytes: Uint8Array): string {
  let name = "";
  for (const byte of bytes) name += BYTE_NAMES[byte];
  return name;
}

if (import.meta.main) {
  xgrammar = await loadWebXGrammar();
  await serveEngine(webXGrammar);
}
