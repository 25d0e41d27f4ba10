/** /functions/v1/<name>: passes each call to the Edge Function with this name. */
import { type Context, Hono } from "hono";
import { forward } from "../core/forward.ts";
import { missingFunctionCors } from "./cors.ts";
import type { FunctionFaults } from "./function-faults.ts";
import type { Loaded } from "./load-functions.ts";

const PREFIX = "/functions/v1/";

/**
 * The connection's data, as Deno.serve passes it. Tests that call the routes directly pass nothing.
 */
interface Peer {
  remoteAddr?: Partial<Deno.NetAddr>;
}

/** The header in which the hosted platform sends a caller's IP address. */
const CLIENT_IP_HEADER = "cf-connecting-ip";

/** This machine's own IP address. Browsers and tests share it, so it does not identify a caller. */
const HERE = "127.0.0.1";

/**
 * Returns the request as the function receives it: without the gateway's path prefix, and with the
 * caller's IP address in the hosted platform's header.
 */
function handedOver(request: Request, peer: Peer | undefined): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(PREFIX.length - 1);
  const headers = new Headers(request.headers);
  headers.delete(CLIENT_IP_HEADER);
  const address = peer?.remoteAddr?.hostname;
  if (address !== undefined && address !== HERE) headers.set(CLIENT_IP_HEADER, address);
  return forward(request, { url, headers });
}

/** Returns the gateway's answer for an Edge Function that is missing or failed to load. */
function refusal(found: { failure: string } | undefined): Response {
  if (!found) {
    const body = { code: "NOT_FOUND", message: "Requested function was not found" };
    return Response.json(body, { status: 404 });
  }
  const body = { code: "BOOT_ERROR", message: "Function failed to start (please check logs)" };
  return Response.json(body, { status: 503 });
}

/**
 * @param meet called before each call of an Edge Function, with the path after `/functions/v1/`; it
 * may delay the call, or return an error response that replaces the function's answer
 */
export function functionRoutes(
  loaded: Map<string, Loaded>,
  meet: FunctionFaults["meet"] = () => Promise.resolve(undefined),
): Hono {
  const app = new Hono();
  const handle = async (name: string, c: Context): Promise<Response> => {
    const found = loaded.get(name);
    const failed = await meet(c.req.method, c.req.path.slice(PREFIX.length));
    if (failed) return failed;
    if (found && "app" in found) {
      return await found.app.fetch(handedOver(c.req.raw, c.env as Peer | undefined));
    }
    const preflight = await missingFunctionCors(c, () => {
      c.res = refusal(found);
      return Promise.resolve();
    });
    return preflight ?? c.res;
  };
  app.all("/functions/v1/:name", (c) => handle(c.req.param("name"), c));
  app.all("/functions/v1/:name/*", (c) => handle(c.req.param("name"), c));
  return app;
}
