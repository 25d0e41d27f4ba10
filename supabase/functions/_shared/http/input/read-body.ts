/**
 * Reads a request body with a size limit and parses it as JSON. Refuses text that is not UTF-8,
 * deep nesting, text that PostgreSQL cannot store, and numbers that JavaScript would round.
 */
import { DEADLINE_MS, timeLeftMs } from "../../core/deadline.ts";
import { ApiError, invalid } from "../../core/errors.ts";
import { repeatedName } from "./repeated-names.ts";

/** The largest body of an ordinary route. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** The largest body of batches, jobs and webhooks. */
export const LARGE_BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * The most deeply nested input is the metadata of an event in a batch. Useful metadata stays far
 * below this limit.
 */
const MAX_DEPTH = 32;

const decoder = new TextDecoder("utf-8", { fatal: true });

function tooLarge(limitBytes: number): ApiError {
  return new ApiError("payload_too_large", {
    message: `The body is too large: the limit is ${limitBytes} bytes.`,
    details: { limit_bytes: limitBytes },
  });
}

async function readBounded(stream: ReadableStream<Uint8Array>, limitBytes: number) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

async function readAll(request: Request, limitBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  // The declared length is optional. Without it, a sender could send for ever, so the bytes are
  // counted as they arrive.
  if (declared === null) return await readBounded(request.body!, limitBytes);
  // A length that is not a number must be refused, too: `NaN > limitBytes` would be false.
  if (!(Number(declared) <= limitBytes)) throw tooLarge(limitBytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > limitBytes) throw tooLarge(limitBytes);
  return bytes;
}

/**
 * Reads the raw bytes. The body must arrive within the deadline of an ordinary request, even on a route with
 * a longer deadline.
 * @throws ApiError `payload_too_large`, `request_timeout`
 */
export async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const isLate = () =>
    reject(new ApiError("request_timeout", { internal: "the body came too slowly" }));
  const timer = setTimeout(isLate, timeLeftMs(DEADLINE_MS));
  try {
    return await Promise.race([readAll(request, limitBytes), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws ApiError `invalid_request` when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid("The body is not valid UTF-8. Send JSON in UTF-8.");
  }
}

/** @throws ApiError `invalid_request` when the header names a type other than JSON */
export function requireJson(headers: Headers): void {
  const type = headers.get("content-type");
  if (type === null || /^application\/json\s*(;|$)/i.test(type)) return;
  throw invalid("Send the body as JSON, with Content-Type: application/json.");
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function checkText(text: string, path: string): void {
  if (text.includes("\u0000")) throw invalid("Text must not contain a null character.", path);
  if (!text.isWellFormed()) throw invalid("Text must not contain half of a surrogate pair.", path);
}

// JSON.parse silently rounds some numbers. It never rounds a number of up to 15 digits, so only
// longer numbers and numbers with an exponent are checked.
const MAY_BE_INEXACT = /[:,[\s]-?(?:[\d.]{16}|[\d.]+[eE])/;

// The maximum length of a number, in characters. A longer number counts as inexact without a check,
// because the check of a very long number takes too much time. An exact number has at most 17
// significant digits, so it exceeds this length only if it has many zeros.
const MAX_NUMBER_LENGTH = 100;

/** Stands for a number that the parser would round. */
const INEXACT = Symbol("inexact");

/**
 * Returns the significant digits: without sign, point, exponent, and leading and trailing zeros.
 */
function digitsOf(text: string): string {
  return text.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
}

/**
 * Replaces the numbers that are not exact. The runtime passes the number's source text to a reviver as a
 * third argument, which TypeScript's types lack.
 */
function markInexact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  const { source } = context;
  const isExact = source.length <= MAX_NUMBER_LENGTH &&
    digitsOf(source) === digitsOf(String(value));
  return isExact ? value : INEXACT;
}

/**
 * Throws if the value must not be stored. Returns the total number of property names in all objects
 * of the value.
 */
function check(value: unknown, path: string, depth: number, hasEscapes: boolean): number {
  if (value === INEXACT) {
    throw invalid(
      "This number would be rounded or is out of range. Send at most 15 digits without an exponent, " +
        "or a string if the field accepts one.",
      path,
    );
  }
  if (typeof value === "string") {
    if (hasEscapes) checkText(value, path);
    return 0;
  }
  if (typeof value !== "object" || value === null) return 0;
  if (depth >= MAX_DEPTH) {
    throw invalid(`The body is nested too deeply: the limit is ${MAX_DEPTH} levels.`);
  }
  let names = 0;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      names += check(item, `${path}[${index}]`, depth + 1, hasEscapes);
    }
    return names;
  }
  for (const key of Object.keys(value)) {
    if (hasEscapes) checkText(key, path);
    if (key === "__proto__") {
      throw invalid("This field name is not allowed. Leave the field out.", join(path, key));
    }
    const item = (value as Record<string, unknown>)[key];
    names += 1 + check(item, join(path, key), depth + 1, hasEscapes);
  }
  return names;
}

/**
 * Parses JSON.
 * @throws ApiError `invalid_request` if the text is malformed or nested too deeply, or contains a
 *   name twice or a value that PostgreSQL cannot store exactly
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = MAY_BE_INEXACT.test(text) ? JSON.parse(text, markInexact) : JSON.parse(text);
  } catch {
    const isEmpty = text.trim() === "";
    throw invalid(isEmpty ? "The body is empty: send JSON." : "The body is not valid JSON.");
  }
  // In JSON, a character that PostgreSQL cannot store is always written as an escape that begins
  // with `\u`. So only a text that contains `\u` is searched for such characters.
  const names = check(value, "", 0, text.includes("\\u"));
  const repeated = repeatedName(text, value, names);
  if (repeated !== undefined) {
    throw invalid("This name occurs twice in one object. Send it once.", repeated);
  }
  return value;
}
