/** The built console, its static host and a browser, which the tests of one file share. */
import type { Browser } from "playwright-core";
import { buildConsole } from "../../scripts/console/build.ts";
import { openBrowser } from "../browser/chromium.ts";
import { readWorld } from "../support/project/world.ts";
import { serveConsole, type StaticHost } from "./console-page.ts";

export const world = readWorld();

interface Opened {
  readonly host: StaticHost;
  readonly browser: Browser;
}

let opened = new AsyncDisposableStack();

async function open(): Promise<Opened> {
  await buildConsole();
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  return { browser, host: opened.use(serveConsole(world)) };
}

let served: Promise<Opened> | undefined;

/**
 * Builds the console if it is not built yet, serves it on a separate origin, and opens a browser.
 * Later calls return the same host and browser.
 */
export const theConsole = (): Promise<Opened> => served ??= open();

/**
 * Closes the browser and the host. If the same process runs another test file, that file opens them
 * again.
 */
async function end(): Promise<void> {
  const ended = opened;
  opened = new AsyncDisposableStack();
  served = undefined;
  await ended.disposeAsync();
}

/**
 * The tests share the host and the browser. Both stay open after a test, so Deno must not report
 * them as leaks.
 */
export const test = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

/** Declares a test that closes the browser and the host. Call this function last. */
export const testsEnd = (): void => test("the browser and the host end", end);
