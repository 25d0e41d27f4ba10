/** Serves the built console from a static host, and opens it with a given user signed in. */
import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import type { Browser, Page } from "playwright-core";
import { CONSOLE_BUILD } from "../../scripts/console/build.ts";
import { withPage } from "../browser/chromium.ts";
import type { Person } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";

/** A host that only serves files, and has the console in one of its folders. */
export interface StaticHost extends AsyncDisposable {
  /** The address of the console's folder, which ends with a slash. */
  readonly address: string;
}

/**
 * Serves the files of the build under their paths, as a plain static host does. Also serves
 * farthing.json in the same folder.
 */
export function serveConsole(
  { url, publishableKey }: Pick<World, "url" | "publishableKey">,
  folder = "/deep/console/",
): StaticHost {
  const project = JSON.stringify({ url, publishableKey });
  const app = new Hono()
    .get(`${folder}farthing.json`, (context) => context.body(project))
    .get(
      `${folder}*`,
      serveStatic({
        root: CONSOLE_BUILD,
        rewriteRequestPath: (path) => path.slice(folder.length - 1),
      }),
    );
  const stop = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} };
  const server = Deno.serve(options, app.fetch);
  return {
    address: `http://127.0.0.1:${server.addr.port}${folder}`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

interface OpenOptions {
  readonly world: Pick<World, "url">;
  readonly person: Person;
  /** The part of the page's address after the `#`. */
  readonly path?: string;
}

/** Opens the console in a new window, in which the person is signed in. */
export async function withConsole(
  browser: Browser,
  { address }: StaticHost,
  { world, person, path = "/" }: OpenOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { data } = await person.supabase.auth.getSession();
  const stored = JSON.stringify([`farthing-console ${world.url}`, JSON.stringify(data.session)]);
  await withPage(browser, async (page) => {
    await page.addInitScript(`localStorage.setItem(...${stored})`);
    await page.goto(`${address}#${path}`);
    await use(page);
  });
}
