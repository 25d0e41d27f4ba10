/** The built console, its static host and a browser, which the tests of one file share. */
import type { Browser } from "playwright-core";
import { buildConsole } from "../../scripts/console/build.ts";
import { once } from "../blocks/once.ts";
import { openBrowser } from "../browser/chromium.ts";
import { readWorld } from "../support/project/world.ts";
import { serveConsole, type StaticHost } from "./console-page.ts";

export const world = readWorld();

const opened = new AsyncDisposableStack();

/** Builds the console unless it is built, serves it on an origin of its own, and opens a browser. */
export const theConsole = once(async (): Promise<{ host: StaticHost; browser: Browser }> => {
  await buildConsole();
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  return { browser, host: opened.use(serveConsole(world)) };
});

/** The tests share the host and the browser, so Deno must not report these as leaks. */
export const test = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

/** Declares the test that ends what the others have opened; call it last. */
export const testsEnd = (): void =>
  test("the browser and the host end", () => opened.disposeAsync());
