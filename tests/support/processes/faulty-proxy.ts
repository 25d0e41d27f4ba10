/** A door in front of a service that a test can make slow, silent or broken, for one deployment alone. */
import { forward } from "@farthing/local-stack/functions";

export type Manner =
  | { readonly kind: "through" }
  /** Each answer comes so much later. */
  | { readonly kind: "slow"; readonly ms: number }
  /** No answer ever comes. */
  | { readonly kind: "silent" }
  /** Answers itself: an outage as the service would show it. */
  | { readonly kind: "answers"; readonly status: number; readonly body: string };

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** How many requests have come: a fault that nobody meets shows nothing. */
  asked(): number;
}

/** Nobody listens there: what a service that is gone looks like. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

export const nowhere = () => `http://127.0.0.1:${closedPort()}`;

export function startProxy(target: string, manner: Manner): FaultyProxy {
  const ending = new AbortController();
  const silence = new Promise<Response>((resolve) => {
    ending.signal.addEventListener("abort", () => resolve(new Response(null, { status: 504 })));
  });
  let count = 0;
  const serve = async (request: Request): Promise<Response> => {
    count += 1;
    if (manner.kind === "silent") return await silence;
    if (manner.kind === "answers") {
      await request.body?.cancel();
      const headers = { "content-type": "application/json" };
      return new Response(manner.body, { status: manner.status, headers });
    }
    if (manner.kind === "slow") await new Promise((resolve) => setTimeout(resolve, manner.ms));
    const { pathname, search } = new URL(request.url);
    return await fetch(forward(request, { url: new URL(`${target}${pathname}${search}`) }));
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serve);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: () => count,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.shutdown();
    },
  };
}
