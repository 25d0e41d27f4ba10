/** /functions/v1/<name>: serves every function, either in this process or in isolates. */
import { type Context, Hono } from "hono";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { forward } from "../core/forward.ts";
import { missingFunctionCors } from "./cors.ts";
import type { FunctionFaults } from "./function-faults.ts";
import type { Isolates } from "../isolates/pool.ts";

/** An app that answers requests; each function exports one as `app`. */
interface FunctionApp {
  fetch(request: Request): Response | Promise<Response>;
}

export type Loaded = { app: FunctionApp } | { failure: string };

const PREFIX = "/functions/v1/";

const NAME = /^[a-z][a-z0-9-]*$/;

/**
 * The file that exports a function's `app`. A deployed project runs the `index.ts` in the same
 * directory instead.
 */
const APP = "app.ts";

function isApp(value: unknown): value is FunctionApp {
  return typeof (value as FunctionApp | undefined)?.fetch === "function";
}

async function load(file: string): Promise<Loaded> {
  try {
    const { app } = await import(pathToFileURL(file).href);
    return isApp(app) ? { app } : { failure: "app.ts exports no `app` with a fetch method" };
  } catch (error) {
    return { failure: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

/** Returns the functions of a directory: the subfolders that contain the entry file. */
async function namesIn(directory: string, entry: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of Deno.readDirSync(directory)) {
    const file = join(directory, name, entry);
    if (NAME.test(name) && await Deno.stat(file).then(() => true, () => false)) names.push(name);
  }
  return names.sort();
}

/**
 * Returns the functions of a directory. Each runs in its own isolates; the first one starts at the
 * first request.
 */
export async function isolatedFunctions(
  directory: string,
  entry: string,
  isolates: Isolates,
): Promise<Map<string, Loaded>> {
  return new Map(
    (await namesIn(directory, entry)).map((name) => [name, { app: isolates.of(name) }]),
  );
}

/**
 * Loads the functions of a directory. The environment must be complete before this call, because
 * functions read it when they load. If a function fails to load, the failure is logged and the
 * function answers 503; the others work.
 */
export async function loadFunctions(
  directory: string,
  log: (line: string) => void,
): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  for (const name of await namesIn(directory, APP)) {
    const outcome = await load(join(directory, name, APP));
    if ("failure" in outcome) log(`functions: ${name} failed to load: ${outcome.failure}`);
    loaded.set(name, outcome);
  }
  return loaded;
}

/**
 * Returns the functions of a directory. Each loads at its first request, as on the hosted platform.
 * A deployment that needs only some of them starts sooner and takes less memory.
 */
export async function functionsOnDemand(directory: string): Promise<Map<string, Loaded>> {
  const onDemand = (name: string): Loaded => {
    let loading: Promise<Loaded> | undefined;
    const fetch = async (request: Request) => {
      const outcome = await (loading ??= load(join(directory, name, APP)));
      if ("failure" in outcome) throw new Error(`${name} failed to load: ${outcome.failure}`);
      return await outcome.app.fetch(request);
    };
    return { app: { fetch } };
  };
  return new Map((await namesIn(directory, APP)).map((name) => [name, onDemand(name)]));
}

/** The connection as Deno.serve describes it; tests that call the routes directly pass nothing. */
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

/** Returns the gateway's answer for a function that is missing or failed to load. */
function refusal(found: { failure: string } | undefined): Response {
  if (!found) {
    const body = { code: "NOT_FOUND", message: "Requested function was not found" };
    return Response.json(body, { status: 404 });
  }
  const body = { code: "BOOT_ERROR", message: "Function failed to start (please check logs)" };
  return Response.json(body, { status: 503 });
}

/**
 * @param meet called before each call of a function, with the path after `/functions/v1/`; it may
 *   wait, or return an answer with which the call fails
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
