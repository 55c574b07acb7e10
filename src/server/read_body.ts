/**
 * A request's body: bounded, JSON, of the form that the endpoint wants.
 *
 * Bytes are counted while they arrive, so a body that is too large is refused whatever its `Content-Length` says. Fields
 * that the form does not know are let through: clients send what other servers understand.
 *
 * @module
 */

import type * as z from "zod";
import { ApiError, invalidRequest } from "./api_error.ts";
import type { ServerRequest } from "./request_scope.ts";

/**
 * Reads and checks a body.
 *
 * @param c The request's context.
 * @param form What the endpoint wants.
 * @param sizeBytes Most bytes.
 * @throws {ApiError} 413, 415, or 400 with the first field that is wrong.
 */
export async function readBody<Form extends z.ZodType>(
  c: ServerRequest,
  form: Form,
  sizeBytes: number,
): Promise<z.output<Form>> {
  const type = c.req.header("content-type") ?? "";
  // A page of another site can send text/plain without being asked; JSON it cannot.
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
    throw new ApiError(
      415,
      "unsupported_media_type",
      `the body must be application/json, got ${type === "" ? "no content type" : type}`,
    );
  }
  return checkForm(parseJson(await readText(c.req.raw, sizeBytes)), form);
}

/** Checks a value; the error names the first field that is wrong. */
export function checkForm<Form extends z.ZodType>(value: unknown, form: Form): z.output<Form> {
  const checked = form.safeParse(value);
  if (checked.success) return checked.data;
  const issue = deepest(checked.error.issues[0]!);
  const param = issue.path.length === 0 ? null : pathText(issue.path);
  const isMissing = issue.code === "invalid_type" && /received undefined/.test(issue.message);
  throw invalidRequest(
    param === null ? issue.message : `${param}: ${issue.message}`,
    param,
    isMissing ? "missing_required_parameter" : "invalid_value",
  );
}

async function readText(request: Request, sizeBytes: number): Promise<string> {
  const tooLarge = () =>
    new ApiError(413, "body_too_large", `the body has more than ${sizeBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > sizeBytes) throw tooLarge();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "", size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > sizeBytes) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (error instanceof TypeError) throw invalidRequest("the body is not UTF-8", null, "bad_body");
    throw error;
  }
}

/** Deeper than any schema or conversation, and shallow enough for whoever walks it by recursion. */
const MAXIMUM_DEPTH = 200;

function parseJson(text: string): unknown {
  if (depthOf(text) > MAXIMUM_DEPTH) {
    const message = `the body is nested deeper than ${MAXIMUM_DEPTH} levels`;
    throw invalidRequest(message, null, "nested_too_deep");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    throw invalidRequest(`the body is not JSON: ${reason}`, null, "invalid_json");
  }
}

/** How deep brackets are nested; strings are skipped. */
function depthOf(json: string): number {
  let depth = 0, deepest = 0, isInString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH && isInString) at++;
    else if (code === QUOTE) isInString = !isInString;
    else if (isInString) continue;
    else if (code === BRACKET || code === BRACE) deepest = Math.max(deepest, ++depth);
    else if (code === BRACKET + 2 || code === BRACE + 2) depth--;
  }
  return deepest;
}

const QUOTE = 0x22, BACKSLASH = 0x5c, BRACKET = 0x5b, BRACE = 0x7b;

type Issue = z.core.$ZodIssue;

/** Of a union's complaints the one that got furthest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).map(deepest);
  const best = inner.reduce((a, b) => (b.path.length > a.path.length ? b : a));
  return { ...best, path: [...issue.path, ...best.path] };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${String(step)}`
  ).join("");
}
