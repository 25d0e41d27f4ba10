/** Serves the built app, and the fake service on the same origin. */
import { FakeService } from "./fake-service.ts";
import type { NewApp } from "./installed-app.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
};

export interface Served {
  readonly origin: string;
  readonly service: FakeService;
}

/** Serves the app until the caller disposes of the server. */
export function serveApp({ folder }: NewApp): Served & AsyncDisposable {
  const service = new FakeService();
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/functions/v1/")) return await service.respond(request);
    const file = pathname === "/" ? "/index.html" : pathname;
    const body = await Deno.readFile(`${folder}/dist${file}`).catch(() => null);
    if (body === null) return new Response(null, { status: 404 });
    const type = TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    return new Response(body, { headers: { "content-type": type } });
  };
  const ended = new AbortController();
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {}, signal: ended.signal };
  const server = Deno.serve(options, answer);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    service,
    async [Symbol.asyncDispose]() {
      ended.abort(); // shutdown() would wait for the fake service's open streams, which never end.
      await server.finished;
    },
  };
}
