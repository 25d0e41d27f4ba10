/**
 * The blocks as an app gets them: installed by shadcn's command, built, and used in Chromium. The
 * tests share one app.
 */
import { deepEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openBrowser, withPage } from "../browser/chromium.ts";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import {
  addBlocks,
  addSnippets,
  blockNames,
  build,
  keepsOwnFiles,
  makeApp,
  namesEveryFile,
  standsAlone,
} from "./installed-app.ts";
import { look } from "./looks.ts";
import { once } from "./once.ts";
import { serveApp } from "./served-app.ts";
import { account } from "./states/account.ts";
import { chats } from "./states/chat.ts";
import { creditBalance } from "./states/credit-balance.ts";
import { selling } from "./states/selling.ts";
import { autoTopUp } from "./states/top-ups.ts";
import { perform, tasks } from "./tasks.ts";

const STATES = [...selling, ...creditBalance, ...autoTopUp, ...account, ...chats];
const NAMES = await blockNames();

const opened = new AsyncDisposableStack();

const theApp = once(async () => {
  const app = opened.use(await makeApp());
  await addBlocks(app, NAMES);
  await addSnippets(app);
  await build(app);
  return app;
});
const theBrowser = once(async () => {
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  return browser;
});
const thePage = once(async () => {
  const app = await theApp();
  await theBrowser(); // The browser is started first, so it is closed last: after the server.
  return opened.use(serveApp(app));
});

async function onPage(use: (page: Page) => Promise<void>): Promise<void> {
  await withPage(await theBrowser(), use);
}

/**
 * All tests share the browser and the server. These stay open after a test, so Deno must not report
 * them as leaks.
 */
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

test("the registry names every file, and each block has states to check", async () => {
  await namesEveryFile();
  deepEqual(NAMES, [...new Set(STATES.map(({ block }) => block))].sort());
});

test("a new app with all blocks builds with tsc and Vite", async () => {
  await theApp();
});

for (const name of NAMES) {
  test(`${name} has no finding of axe in any state, and fits a phone`, async () => {
    const served = await thePage();
    const wrong: string[] = [];
    for (const state of STATES.filter(({ block }) => block === name)) {
      await onPage(async (page) => {
        wrong.push(...await look(page, served, state));
      });
    }
    deepEqual(wrong, []);
  });
}

for (const task of tasks) {
  test(`with the keyboard alone, a user of ${task.block} ${task.name}`, async () => {
    const served = await thePage();
    await onPage((page) => perform(page, served, task));
  });
}

test("the command leaves the app's own components as they are", async () => {
  await keepsOwnFiles(await theApp());
});

for (const name of IS_FULL ? NAMES : []) {
  test(`${name} needs no other block`, async () => {
    await standsAlone(await theApp(), name);
  });
}

test("the server, the browser and the app end", () => opened.disposeAsync());
