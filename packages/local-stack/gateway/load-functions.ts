/** Loads the Edge Functions of a directory: at once, at their first requests, or in isolates. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Isolates } from "../isolates/pool.ts";

/** An app that answers requests. Each Edge Function exports one as `app`. */
interface FunctionApp {
  fetch(request: Request): Response | Promise<Response>;
}

export type Loaded = { app: FunctionApp } | { failure: string };

const NAME = /^[a-z][a-z0-9-]*$/;

/**
 * The file that exports the `app` of an Edge Function. A deployed project runs the `index.ts` in
 * the same directory instead.
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

/** Returns the names of the Edge Functions: the subfolders that contain the entry file. */
async function namesIn(directory: string, entry: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of Deno.readDirSync(directory)) {
    const file = join(directory, name, entry);
    if (NAME.test(name) && await Deno.stat(file).then(() => true, () => false)) names.push(name);
  }
  return names.sort();
}

/**
 * Returns the Edge Functions of a directory. Each function runs in its own isolates. Its first
 * isolate starts at its first request.
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
 * Loads the Edge Functions of a directory. The environment must be complete before this call,
 * because functions read it when they load. If a function fails to load, the failure is logged and
 * the function answers 503; the others work.
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
 * Returns the Edge Functions of a directory. Each function loads at its first request, as on the
 * hosted platform. A deployment that needs only some of the functions starts sooner and takes less
 * memory.
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
