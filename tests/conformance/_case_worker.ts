/**
 * The Worker that runs cases, one at a time, so that one that hangs can be ended with it.
 *
 * @module
 */

import type { ConformanceCase } from "./data.ts";
import { qwenTokens } from "./qwen_tokens.ts";
import { type CaseResult, runCase, type RunOptions } from "./run_case.ts";

/** What the pool sends. */
export type ToWorker =
  | { readonly kind: "start"; readonly options: RunOptions }
  | { readonly kind: "case"; readonly conformanceCase: ConformanceCase };

/** What a Worker answers: ready, then for each case `compiled` (unless refused) and `done`. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "compiled" }
  | { readonly kind: "done"; readonly result: CaseResult; readonly heapBytes: number };

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const tokens = qwenTokens();
let options: RunOptions = { externalSchemas: {} };

scope.onmessage = ({ data: message }) => {
  if (message.kind === "start") {
    options = message.options;
    scope.postMessage({ kind: "ready" });
    return;
  }
  const result = runCase(message.conformanceCase, tokens, options, () => {
    scope.postMessage({ kind: "compiled" });
  });
  scope.postMessage({ kind: "done", result, heapBytes: Deno.memoryUsage().heapUsed });
};
