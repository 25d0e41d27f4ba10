/**
 * One request and its answer, on node:http: it says when a client leaves before it was answered, and
 * it can reset a connection. `Deno.serve` does neither.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Exchange {
  method: string;
  url: URL;
  /** The bearer key, if any. */
  key: string | undefined;
  /** Fires when the connection is gone and the answer was not complete. */
  gone: AbortSignal;
  /** How it ended: answered, left by the client, or reset by us. */
  ended: Promise<"answered" | "left" | "reset">;
  /** The request's body, undefined where it is no JSON. */
  json(): Promise<unknown>;
  head(status: number, headers?: Record<string, string>): void;
  /** Sends a piece; resolves when it is on its way, or the client is gone. */
  write(text: string): Promise<void>;
  end(text?: string): void;
  /** A JSON answer as a whole; without a body, an empty one. */
  send(status: number, body?: unknown, headers?: Record<string, string>): void;
  /** Drops the connection where it is. */
  reset(): void;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(await new Blob(chunks as BlobPart[]).text());
  } catch {
    return undefined;
  }
}

export function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const gone = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<"answered" | "left" | "reset">();
  let written = () => {};
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
    written(); // a connection that is gone reports no piece as sent
    end(response.writableFinished ? "answered" : "left");
  });
  response.on("error", () => gone.abort());
  return {
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", "http://127.0.0.1"),
    key: /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1],
    gone: gone.signal,
    ended,
    json: () => readJson(request),
    head: (status, headers = {}) => void response.writeHead(status, headers),
    write: (text) =>
      new Promise((done) => {
        if (gone.signal.aborted) return done();
        written = done;
        response.write(text, () => done());
      }),
    end: (text) => void response.end(text),
    send(status, body, headers = {}) {
      const type: Record<string, string> = body === undefined
        ? {}
        : { "content-type": "application/json" };
      response.writeHead(status, { ...type, ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    },
    reset() {
      end("reset");
      response.destroy();
    },
  };
}
