/**
 * One request and its answer, on node:http. Unlike `Deno.serve`, node:http reports when a client
 * disconnects before the answer is complete, and it can reset a connection.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Exchange {
  method: string;
  url: URL;
  /** The bearer key, if any. */
  key: string | undefined;
  /** Fires when the connection closes before the answer is complete. */
  gone: AbortSignal;
  /** How the exchange ended: answered, abandoned by the client, or reset by the emulator. */
  ended: Promise<"answered" | "left" | "reset">;
  /** Returns the request's body, or undefined if the body is not valid JSON. */
  json(): Promise<unknown>;
  head(status: number, headers?: Record<string, string>): void;
  /**
   * Sends a piece of the answer. Resolves when the piece is sent or the client has disconnected.
   */
  write(text: string): Promise<void>;
  end(text?: string): void;
  /** Sends a complete JSON answer, or an empty answer if there is no body. */
  send(status: number, body?: unknown, headers?: Record<string, string>): void;
  /** Closes the connection in the middle of the answer. */
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
    written(); // ends a pending write(): a closed connection does not report that a piece was sent
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
