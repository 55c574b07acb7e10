/**
 * What can go wrong on the command line besides the library's own errors, and how any failure is told.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** A file or standard input is not what the command needs. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Whoever read standard output has gone. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";

  /** @param options `cause`: the system's error. */
  constructor(options?: ErrorOptions) {
    super("standard output was closed before everything was written", options);
  }
}

/** `--timeout` has passed. */
export class TimedOutError extends Error {
  override readonly name = "TimedOutError";

  /** @param seconds As given. */
  constructor(seconds: number) {
    super(`gave up after ${seconds} s (--timeout)`);
  }
}

/** A signal asked the process to end. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  /** @param signal Which one. */
  constructor(readonly signal: "SIGINT" | "SIGTERM") {
    super(`interrupted (${signal})`);
  }
}

/** 1, or by the shell's convention 128 and the signal's number. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof InterruptedError)) return 1;
  return error.signal === "SIGINT" ? 130 : 143;
}

/** The error types whose message tells a user everything; others are defects and show their stack. */
const EXPLAINED = [
  EspalierError,
  InputError,
  OutputClosedError,
  TimedOutError,
  InterruptedError,
  TypeError,
  RangeError,
];

/** One line for what is expected to go wrong sometimes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (EXPLAINED.some((type) => error instanceof type)) return oneLine(error.message);
  return error.stack ?? error.message;
}

/** A text without its line breaks; messages quote what they complain about. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
