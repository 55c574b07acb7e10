/**
 * What Prometheus is told: requests, queues, tokens, times, grammars, rejections.
 *
 * Labels have few values whatever is sent: routes and not paths, names of models and not what a request says. A stream's
 * duration goes to its last byte.
 *
 * Source: Prometheus' naming conventions; https://github.com/siimon/prom-client.
 *
 * @module
 */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { GrammarLookup } from "./grammar_lanes.ts";
import type { ModelHost, TurnReport } from "./model_host.ts";
import type { RequestRecord } from "./request_scope.ts";

const FAST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const TOKEN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const METHODS = new Set(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]);

/** The metrics of one server. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("requests_total", "Requests.", ["method", "route", "status"]);
  readonly #durations = this.#histogram(
    "request_duration_seconds",
    "From the first byte of a request to the last of its answer.",
    FAST_SECONDS,
    ["route"],
  );
  readonly #rejections = this.#counter("rejections_total", "Requests that failed.", ["code"]);
  readonly #tokens = this.#counter("tokens_total", "Tokens read and written.", ["model", "kind"]);
  readonly #firstToken = this.#histogram(
    "time_to_first_token_seconds",
    "From the first byte of a request to its first token.",
    FAST_SECONDS,
    ["model"],
  );
  readonly #perToken = this.#histogram(
    "time_per_token_seconds",
    "Decoding, averaged over one answer.",
    TOKEN_SECONDS,
    ["model"],
  );
  readonly #passes = this.#counter("forward_passes_total", "Passes of a model.", ["model"]);
  readonly #maskSeconds = this.#counter(
    "mask_seconds_total",
    "Time spent on masks and following grammars.",
    ["model"],
  );
  readonly #grammars = this.#counter(
    "grammar_lookups_total",
    "Grammars asked for: of the main lane, of a slow one, or not seen before.",
    ["model", "result"],
  );

  /** @param hosts Whose queues are shown; asked for when metrics are. */
  constructor(hosts: () => Iterable<ModelHost>) {
    const gauge = (name: string, help: string, count: (host: ModelHost) => number) =>
      new Gauge({
        name: `espalier_${name}`,
        help,
        labelNames: ["model"],
        registers: [this.#registry],
        collect() {
          for (const host of hosts()) this.set({ model: host.id }, count(host));
        },
      });
    gauge("queue_running", "Requests that are being written.", ({ queue }) => queue.runningCount);
    gauge("queue_waiting", "Requests that wait.", ({ queue }) => queue.waitingCount);
  }

  /** Counts a request that is over. */
  request(record: RequestRecord): void {
    const { method, route, status, errorCode, model, timeToFirstTokenMs } = record;
    const known = METHODS.has(method) ? method : "other";
    this.#requests.inc({ method: known, route, status: String(status) });
    this.#durations.observe({ route }, record.durationMs / 1000);
    if (errorCode !== null) this.#rejections.inc({ code: errorCode });
    if (model !== null && timeToFirstTokenMs !== null) {
      this.#firstToken.observe({ model }, timeToFirstTokenMs / 1000);
    }
  }

  /** Counts an answer of a model. */
  turn(model: string, { usage, decodeMs, maskMs }: TurnReport): void {
    this.#tokens.inc({ model, kind: "prompt" }, usage.promptTokens);
    this.#tokens.inc({ model, kind: "cached" }, usage.cachedTokens);
    this.#tokens.inc({ model, kind: "completion" }, usage.completionTokens);
    this.#tokens.inc({ model, kind: "forced" }, usage.forcedTokens);
    this.#passes.inc({ model }, usage.forwardPasses);
    this.#maskSeconds.inc({ model }, maskMs / 1000);
    if (usage.completionTokens > 0) {
      this.#perToken.observe({ model }, decodeMs / usage.completionTokens / 1000);
    }
  }

  /** Counts a grammar that was asked for. */
  grammar(model: string, result: GrammarLookup): void {
    this.#grammars.inc({ model, result });
  }

  /** All of it, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The type of that text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    const registers = [this.#registry];
    return new Counter({ name: `espalier_${name}`, help, labelNames, registers });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[],
  ): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({ name: `espalier_${name}`, help, buckets, labelNames, registers });
  }
}
