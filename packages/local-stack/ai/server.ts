/**
 * Serves OpenAI's chat completions on this machine:
 *
 *     const server = await serveAi({ port: 0, apiKey: "sk-…" });
 *     new OpenAI({ apiKey: "sk-…", baseURL: `${server.url}/v1` });
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exchangeOf } from "./http-exchange.ts";
import { createRoutes } from "./routes.ts";

export interface AiServer {
  url: string;
  /** Stops the server at once and closes the connections of pending requests. */
  close(): Promise<void>;
}

/** @throws when the port is taken */
export async function serveAi(
  { port, apiKey, now = () => new Date() }: { port: number; apiKey: string; now?: () => Date },
): Promise<AiServer> {
  const answer = createRoutes({ apiKey, now });
  const server = createServer((request, response) => {
    void answer(exchangeOf(request, response));
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
