/** Calls endpoints over HTTP and checks the responses with the contract's schemas. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { z } from "zod";
import type { World } from "./world.ts";

/** The headers that authenticate a caller. */
export type Caller = Readonly<Record<string, string>>;

export const nobody: Caller = {};

/** Returns the headers of the app's own back end, which has the secret key. */
export function backEnd(world: World): Caller {
  return { apikey: world.secretKey };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly url: string;
}

export interface Refusal {
  type: string;
  code: string;
  message: string;
  retryable: boolean;
  field?: string;
  /** The name of the invalid field in an error of OpenAI's shape. */
  param?: string | null;
  details?: Record<string, unknown>;
}

interface Envelope {
  success?: true;
  data?: unknown;
  error?: Refusal;
  metadata: { requestId: string; traceId: string; timestamp: string; nextCursor?: string | null };
}

export async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    url: `${init.method ?? "GET"} ${new URL(url).pathname}`,
  };
}

const functionUrl = (world: World, path: string) => `${world.url}/functions/v1/${path}`;

export function get(
  world: World,
  path: string,
  as: Caller,
  headers: Caller = {},
): Promise<Answer> {
  return send(functionUrl(world, path), { headers: { ...as, ...headers } });
}

/** Sends a DELETE. `key` is the Idempotency-Key; without `key` the request has no such header. */
export function remove(world: World, path: string, as: Caller, key?: string): Promise<Answer> {
  const headers = { ...as, ...(key !== undefined && { "idempotency-key": key }) };
  return send(functionUrl(world, path), { method: "DELETE", headers });
}

interface PostOptions {
  /** The Idempotency-Key: a new one by default, none if null. */
  key?: string | null;
  headers?: Caller;
  /** Aborts the request. */
  signal?: AbortSignal;
}

/** Posts JSON. A body of text or bytes is sent unchanged. */
export function post(
  world: World,
  path: string,
  as: Caller,
  body: object | string | Uint8Array<ArrayBuffer>,
  { key = crypto.randomUUID(), headers = {}, signal }: PostOptions = {},
): Promise<Answer> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  return send(functionUrl(world, path), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === null ? {} : { "idempotency-key": key }),
      ...as,
      ...headers,
    },
    body: isRaw ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

export function envelope(answer: Answer): Envelope {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new Error(`${answer.url} answered ${answer.status} without JSON: ${answer.text}`);
  }
}

/**
 * Asserts that the answer is a success with this status, and that its data match the schema. Returns the
 * data.
 */
export function data<S extends z.ZodType>(
  answer: Answer,
  status: number,
  schema: S,
): z.output<S> {
  equal(answer.status, status, `${answer.url}: ${answer.text}`);
  const { success, data, metadata } = envelope(answer);
  equal(success, true);
  equal(metadata.requestId, answer.headers.get("x-request-id"));
  equal(answer.headers.get("traceparent")?.split("-")[1], metadata.traceId);
  return schema.parse(data);
}

/**
 * Asserts that the answer is an error with this status and code. If `field` is given, also asserts
 * that the error names this field. Returns the error. An error in OpenAI's shape names its field as
 * `param`, and has no metadata.
 */
export function refused(answer: Answer, status: number, code: string, field?: string): Refusal {
  const { error, metadata } = envelope(answer);
  deepEqual([answer.status, error?.code], [status, code], `${answer.url}: ${answer.text}`);
  ok(error);
  const isOpenAi = "param" in error;
  const named = isOpenAi ? error.param ?? undefined : error.field;
  if (field !== undefined) equal(named, field, answer.text);
  ok(error.message.length > 0 && typeof error.retryable === "boolean" && error.type.length > 0);
  if (!isOpenAi) equal(metadata.requestId, answer.headers.get("x-request-id"));
  return named === undefined ? error : { ...error, field: named };
}
