import { createApi } from "../core/api.ts";
import type { Answered, Connection } from "../core/connection.ts";
import { FakeClock } from "./fake-clock.ts";

/** How the fake service treats one request: it responds, or breaks the connection. */
export type Step = (request: Request) => Response | Promise<Response>;

const metadata = { requestId: "req-12345", traceId: "trace", timestamp: "2026-11-24T00:00:00Z" };

/** Makes a step that answers with success, as the real service does. */
export function success(data: unknown, init: ResponseInit & { nextCursor?: string } = {}): Step {
  const { nextCursor = null, ...rest } = init;
  return () => Response.json({ success: true, data, metadata: { ...metadata, nextCursor } }, rest);
}

export function failure(
  status: number,
  code: string,
  { retryable = false, headers = {}, ...more }: {
    retryable?: boolean;
    headers?: Record<string, string>;
    field?: string;
    details?: object;
  } = {},
): Step {
  const error = { type: "server", code, message: `It is ${code}.`, retryable, ...more };
  return () => Response.json({ error, metadata }, { status, headers });
}

export const broken: Step = () => Promise.reject(new TypeError("fetch failed"));

/** Never responds. */
export const silent: Step = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly key: string | null;
  readonly body: string;
  readonly token: string | null;
  readonly headers: Headers;
}

/**
 * Makes a fake service, which uses these steps in order, one for each request. Also makes an `Api`
 * that sends the client's requests to this service.
 */
export function fakeService(steps: Step[], renew: Connection["renew"] = async () => await false) {
  const clock = new FakeClock();
  const seen: Seen[] = [];
  const answers: Answered[] = [];
  const queue = [...steps];
  const first = Promise.withResolvers<void>();
  let token = "first";
  const connection: Connection = {
    baseUrl: "https://project.test/functions/v1",
    credentials: () => Promise.resolve({ apikey: "key", authorization: token }),
    renew: async (sent) => {
      const isNew = await renew(sent);
      if (isNew) token = "second";
      return isNew;
    },
    onAnswer: (answer) => answers.push(answer),
    fetch: async (request) => {
      const { method, url, headers } = request;
      const [key, token] = [headers.get("idempotency-key"), headers.get("authorization")];
      seen.push({ method, url, headers, key, token, body: await request.text() });
      const step = queue.shift();
      first.resolve();
      if (step === undefined) throw new Error(`no step is left for ${method} ${url}`);
      return await step(request);
    },
  };
  /** Resolves when the first request has arrived. */
  const sent = () => first.promise;
  return { api: createApi(connection, clock), clock, seen, sent, answers };
}
