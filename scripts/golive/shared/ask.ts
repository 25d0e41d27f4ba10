/** Calls the project's functions over HTTP, as its users and its back end do. */
import type { z } from "zod";
import type { Project } from "../command/project.ts";
import { directFetch } from "./direct-fetch.ts";

/** The headers that authenticate a caller. */
export type Caller = Readonly<Record<string, string>>;

export const NOBODY: Caller = {};

const backEnd = ({ secretKey }: Project): Caller => ({ apikey: secretKey });

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: unknown;
  /** The code of a refusal; "" for a success. */
  readonly code: string;
  readonly message: string;
  readonly nextCursor: string | null;
  /** The method and the path, for messages. */
  readonly asked: string;
}

export interface Asking {
  readonly as?: Caller;
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  /** The Idempotency-Key of a POST or DELETE; a new one by default. */
  readonly key?: string;
  readonly headers?: Caller;
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;

interface Envelope {
  readonly data?: unknown;
  readonly error?: { readonly code?: string; readonly message?: string };
  readonly metadata?: { readonly nextCursor?: string | null };
}

function bodyOf(text: string): Envelope {
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return {};
  }
}

export async function ask(project: Project, path: string, asking: Asking = {}): Promise<Reply> {
  const { as = backEnd(project), method = asking.body === undefined ? "GET" : "POST" } = asking;
  const posts = { "content-type": "application/json" };
  const key = { "idempotency-key": asking.key ?? crypto.randomUUID() };
  const response = await directFetch(`${project.url}/functions/v1/${path}`, {
    method,
    headers: {
      ...as,
      ...(method === "GET" ? {} : { ...posts, ...key }),
      ...asking.headers,
    },
    ...(asking.body !== undefined && { body: JSON.stringify(asking.body) }),
    signal: AbortSignal.timeout(asking.timeoutMs ?? TIMEOUT_MS),
  });
  const text = await response.text();
  const { data, error, metadata } = bodyOf(text);
  return {
    ...{ status: response.status, headers: response.headers, text, data },
    ...{ code: error?.code ?? "", message: error?.message ?? "" },
    nextCursor: metadata?.nextCursor ?? null,
    asked: `${method} /${path.split("?")[0]}`,
  };
}

/** The request and its response as a line of evidence: `POST /usage 402 insufficient_credits`. */
export const said = ({ asked, status, code }: Reply): string => `${asked} ${status} ${code}`.trim();

/** @throws Error if the response has another status, or data that does not fit the schema */
export function dataOf<S extends z.ZodType>(reply: Reply, status: number, schema: S): z.output<S> {
  if (reply.status !== status) throw new Error(`${said(reply)}: ${reply.message}`.trim());
  const parsed = schema.safeParse(reply.data);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The response to ${reply.asked} is not what this command expects: deploy the functions again, ` +
      "from this version.",
  );
}
