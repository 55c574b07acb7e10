/**
 * The runs of `bench/generate.ts` as medians, ratios and a table.
 *
 * Ratios are taken text by text and their median is shown, because a long text is long for every way. Texts that one of two
 * ways did not answer do not count for their ratio.
 *
 * @module
 */

import type { Measured, Run, Way } from "./measure.ts";

/** A way's figures; times in milliseconds. */
export interface WaySummary {
  way: Way;
  texts: number;
  /** Share of the answers that are JSON of the schema. */
  fitsShare: number;
  /** Share that the token limit ended. */
  cutShare: number;
  tokens: number;
  firstTokenMs: number;
  /** Per token after the first. */
  tokenMs: number;
  totalMs: number;
  /** Median over the texts of this way's time by that of `espalier`. */
  ratio: number;
  tokenRatio: number;
  own?: {
    tokensPerPass: number;
    acceptedShare: number;
    /** Masks and sampling by the time of decoding. */
    maskAndSampleShare: number;
    completionShare: number;
  };
}

/** Medians by way. */
export function summarize({ runs }: Measured, ways: readonly Way[]): WaySummary[] {
  const byWay = Map.groupBy(runs, ({ way }) => way);
  const reference = new Map(byWay.get("espalier")!.map((run) => [run.textIndex, run]));
  return ways.filter((way) => byWay.has(way)).map((way) => {
    const own = byWay.get(way)!;
    const pairs = own.map((run) => [run, reference.get(run.textIndex)!] as const);
    return {
      way,
      texts: own.length,
      fitsShare: mean(own.map(({ fits }) => Number(fits))),
      cutShare: mean(own.map(({ isCut }) => Number(isCut))),
      tokens: median(own.map(({ tokenCount }) => tokenCount)),
      firstTokenMs: median(own.map(({ firstTokenMs }) => firstTokenMs)),
      tokenMs: median(own.map(tokenMs)),
      totalMs: median(own.map(({ totalMs }) => totalMs)),
      ratio: median(pairs.map(([run, other]) => run.totalMs / other.totalMs)),
      tokenRatio: median(pairs.map(([run, other]) => tokenMs(run) / tokenMs(other))),
      ...own[0]!.own === undefined ? {} : { own: summarizeOwn(own) },
    };
  });
}

function summarizeOwn(runs: readonly Run[]): WaySummary["own"] {
  const sum = (pick: (own: Required<Run>["own"]) => number) =>
    runs.reduce((total, { own }) => total + pick(own!), 0);
  const tokens = runs.reduce((total, { tokenCount }) => total + tokenCount, 0);
  const drafted = sum(({ draftedTokens }) => draftedTokens);
  return {
    tokensPerPass: tokens / sum(({ forwardPasses }) => forwardPasses),
    acceptedShare: drafted === 0
      ? 0
      : sum(({ acceptedDraftTokens }) => acceptedDraftTokens) / drafted,
    maskAndSampleShare: sum(({ maskMs, sampleMs }) => maskMs + sampleMs) /
      runs.reduce((total, { totalMs }) => total + totalMs, 0),
    completionShare: sum(({ completionMs }) => completionMs) /
      runs.reduce((total, { totalMs }) => total + totalMs, 0),
  };
}

function tokenMs({ totalMs, firstTokenMs, tokenCount }: Run): number {
  return (totalMs - firstTokenMs) / Math.max(1, tokenCount - 1);
}

/** A section of the record. */
export function markdownTable(
  title: string,
  summaries: readonly WaySummary[],
  { prefixes, refusals, peakRssMiB }: Measured,
): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const lines = [
    `## ${title}`,
    "",
    "| way | texts | fits | cut | tokens | first token ms | ms/token | total ms | total, of espalier's | ms/token, of espalier's | tokens/pass | drafts accepted | masks + sampling | closing |",
    `|---${"|---:".repeat(13)}|`,
    ...summaries.map(({ own, ...one }) =>
      "| " + [
        one.way,
        one.texts,
        percent(one.fitsShare),
        percent(one.cutShare),
        one.tokens.toFixed(0),
        one.firstTokenMs.toFixed(0),
        one.tokenMs.toFixed(1),
        one.totalMs.toFixed(0),
        one.ratio.toFixed(2),
        one.tokenRatio.toFixed(2),
        ...own
          ? [
            own.tokensPerPass.toFixed(2),
            percent(own.acceptedShare),
            percent(own.maskAndSampleShare),
            percent(own.completionShare),
          ]
          : ["", "", "", ""],
      ].join(" | ") + " |"
    ),
    "",
  ];
  if (prefixes.length > 0) {
    const first = median(prefixes.map(({ firstMs }) => firstMs));
    const second = median(prefixes.map(({ secondMs }) => secondMs));
    const tokens = median(prefixes.map(({ prefixTokens }) => prefixTokens));
    lines.push(
      `First token, a schema seen for the first time: ${
        first.toFixed(0)
      } ms; another text with it ` +
        `(${tokens} tokens were there already): ${second.toFixed(0)} ms, ${
          percent(second / first)
        }.`,
    );
  }
  if (refusals.length > 0) {
    lines.push(`The peer refused ${refusals.length} texts; the first: ${refusals[0]}.`);
  }
  lines.push(`Peak memory of the process, all ways loaded: ${peakRssMiB.toFixed(0)} MiB.`);
  return lines.join("\n");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
