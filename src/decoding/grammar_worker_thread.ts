/**
 * The thread of a `GrammarWorker`: compiles grammars, and follows texts in them.
 *
 * Started by `grammar_worker.ts`. Requests are worked off in their order, one at a time.
 *
 * @module
 */

import {
  compileChoice,
  type CompiledGrammar,
  compileGrammar,
  compileJsonSchema,
  compileRegex,
  Matcher,
} from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import {
  type Answer,
  type GrammarSource,
  type Reply,
  type Request,
  serializeError,
} from "./grammar_worker_protocol.ts";
import { LocalGuide } from "./guide.ts";

/** The part of a Worker's global scope that is used. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
};

let vocabulary: Vocabulary | undefined;
const grammars = new Map<number, CompiledGrammar>();
const texts = new Map<number, LocalGuide>();

scope.onmessage = ({ data: request }) => {
  const { requestId } = request;
  try {
    const answer = handle(request);
    const transfer = (answer.mask ? [answer.mask] : answer.masks ?? []).map(({ buffer }) => buffer);
    scope.postMessage({ type: "done", requestId, answer }, transfer);
  } catch (error) {
    scope.postMessage({ type: "failed", requestId, error: serializeError(error) });
  }
};

function handle(request: Request): Answer {
  switch (request.type) {
    case "start":
      vocabulary = Vocabulary.unpack(request.vocabulary);
      makeTables(vocabulary);
      return {};
    case "compile":
      grammars.set(request.grammar, compile(request.source));
      return {};
    case "release":
      grammars.delete(request.grammar);
      return {};
    case "open": {
      const matcher = new Matcher(grammars.get(request.grammar)!);
      for (const id of request.tokenIds) matcher.acceptToken(id);
      const guide = new LocalGuide(vocabulary!, matcher);
      texts.set(request.text, guide);
      return { start: guide.start(), ...timesOf(guide) };
    }
    case "accept": {
      const guide = texts.get(request.text)!;
      return { verdict: guide.accept(request.tokenId, request.tokensLeft), ...timesOf(guide) };
    }
    case "mask": {
      const guide = texts.get(request.text)!;
      const current = guide.mask();
      // The guide keeps its buffer, a copy goes on the way.
      const mask = current && new Uint32Array(current);
      return { mask, ...timesOf(guide) };
    }
    case "draft": {
      const guide = texts.get(request.text)!;
      const masks = guide.draft(request.tokenIds)?.map((mask) => new Uint32Array(mask)) ?? null;
      return { masks, ...timesOf(guide) };
    }
    case "close":
      texts.delete(request.text);
      return {};
  }
}

function timesOf({ maskMs, completionMs }: LocalGuide): Answer {
  return { maskMs, completionMs };
}

function compile(source: GrammarSource): CompiledGrammar {
  switch (source.kind) {
    case "jsonSchema":
      return compileJsonSchema(source.schema, vocabulary!, source.options);
    case "grammar":
      return compileGrammar(source.grammar, vocabulary!, source.options);
    case "regex":
      return compileRegex(source.pattern, vocabulary!);
    case "choice":
      return compileChoice(source.choices, vocabulary!);
  }
}

/** The first grammar makes tables that all share; no sender's clock should run meanwhile. */
function makeTables(vocabulary: Vocabulary): void {
  const matcher = new Matcher(compileJsonSchema({ type: "object" }, vocabulary));
  matcher.fillMask(new Uint32Array(vocabulary.maskWordCount));
}
