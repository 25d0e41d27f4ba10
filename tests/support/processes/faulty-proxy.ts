/** A proxy that makes a service slow, silent or broken for one deployment. */
import { forward } from "@farthing/local-stack/functions";

export type Manner =
  | { readonly kind: "through" }
  /** Delays each response by `ms` milliseconds. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Never responds. */
  | { readonly kind: "silent" }
  /** Answers the request in place of the service, as the service would during an outage. */
  | { readonly kind: "answers"; readonly status: number; readonly body: string };

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /**
   * Returns the number of requests that the proxy has got so far. If it is 0, the test has not
   * reached the fault.
   */
  asked(): number;
}

/**
 * A port that refuses connections. No service is assigned to this port, and only root may listen on
 * it. A random free port would be unsafe: another test's server could take it before the request
 * arrives.
 */
export const CLOSED_PORT = 4;

export const CLOSED_URL = `http://127.0.0.1:${CLOSED_PORT}`;

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
