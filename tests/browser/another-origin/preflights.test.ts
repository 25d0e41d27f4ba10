/**
 * The responses to preflights list the headers that a browser may send. If a header were missing
 * from the list, a step of the app would fail.
 */
import { equal, notEqual } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { openBrowser, withPage } from "../chromium.ts";
import { proven } from "../../support/project/database.ts";
import { backEnd, data, post } from "../../support/project/http.ts";
import { withhold } from "./sent-preflights.ts";
import { fillLogin, newLogin, outcomeOf, signsUp } from "./app-page.ts";
import { withApp, withVite } from "./vite.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";
import { NEEDED, type NeededHeader } from "./needed-headers.ts";

const world = readWorld();

/**
 * Signs up a user with credits, and types a question. The job that answers it takes longer than two
 * polls.
 */
async function arrives(page: Page): Promise<void> {
  const id = await signsUp(page, newLogin());
  const grant = { user_id: id, amount: "1000", source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  await page.getByLabel("Question").fill("Explain the farthing. [plan:1] [slow:7000]");
}

async function failsWithout(page: Page, origin: string, needed: NeededHeader): Promise<void> {
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(origin);
  if (needed.step === "Sign up") await fillLogin(page, newLogin());
  else await arrives(page);
  await withhold(page, needed);
  notEqual(await outcomeOf(page, needed.step), null, `${needed.step} did without`);
  const refused = new RegExp(`Request header field ${needed.header} is not allowed`, "i");
  // The browser may report the console message to the test only after the page has shown the error.
  await until(`${refused} is in the console`, () => refused.test(said.join("\n")) || undefined);
}

/** Sends a request with these headers from the page. Returns the status or the error. */
function sends(page: Page, headers: string[]): Promise<number | string> {
  const url = `${world.url}/functions/v1/usage/rates`;
  const values = Object.fromEntries(headers.map((name) => [name, "x"]));
  const call = `fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify(values)} })`;
  return page.evaluate(`${call}.then((answer) => answer.status, (error) => error.message)`);
}

/**
 * Allowed headers that the journey does not need: those that the docs name, and those that
 * supabase-js adds for regions and traces.
 */
const OPTIONAL = [
  ...["prefer", "x-request-id", "x-region", "traceparent", "tracestate", "baggage"],
  "x-retry-count",
];

async function mayBeSent(browser: Browser, origin: string): Promise<void> {
  await withPage(browser, async (page) => {
    await page.goto(origin);
    for (const header of OPTIONAL) equal(await sends(page, [header]), 200, header);
    equal(await sends(page, ["x-webhook-secret"]), "Failed to fetch");
  });
}

Deno.test({
  name: "T26 preflights of an app of another origin",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      await withApp((folder) =>
        withVite(world, folder, [], async (origin) => {
          await test.step("allow the headers that our docs and a client's options add", () =>
            mayBeSent(browser, origin));
          for (const needed of NEEDED) {
            const { part, header, step } = needed;
            await test.step(`without ${header} from ${part}: "${step}" fails and says so`, () =>
              withPage(browser, (page) => failsWithout(page, origin, needed)));
          }
          await proven(world);
        })
      );
    } finally {
      await browser.close();
    }
  },
});
