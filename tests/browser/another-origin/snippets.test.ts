/**
 * The code blocks of the browser recipes run as printed. The test adds only the
 * names that a block needs.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { openBrowser, withPage } from "../chromium.ts";
import { proven, withDeliveries } from "../../support/project/database.ts";
import { backEnd, data, post } from "../../support/project/http.ts";
import { holdsEnd } from "../../support/work/jobs.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import {
  type Snippet,
  snippet,
  typeCheck,
  writeModules,
} from "../../support/project/printed-snippets.ts";
import { newLogin, paysByCard, signsUp } from "./app-page.ts";
import { until } from "../../support/project/until.ts";
import { withApp, withVite } from "./vite.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

/** All code blocks of each recipe, in the recipe's order. */
const PAGES: Record<string, Snippet[]> = {
  "docs/recipes/handle-refusals.md": [snippet("refusal", ["supabase", "slowDown"])],
  "docs/recipes/follow-a-job.md": [
    snippet("job", ["supabase", "show"], ["status", "result", "untilEnded"]),
    snippet("changes", ["supabase", "user", "show"]),
    snippet("file", ["supabase", "untilEnded"], ["csv"]),
  ],
  "docs/recipes/stream-an-answer.md": [snippet("chat", ["supabase", "write"])],
  "docs/recipes/use-the-openai-sdk.md": [
    snippet("openai", ["supabase", "supabaseUrl", "write", "openShop"]),
    snippet("openai-server", ["supabaseUrl", "secretKey", "user_id"], ["completion", "charged"]),
  ],
  "docs/recipes/stored-prompts.md": [snippet("logs", ["supabase"], ["logs"])],
  "docs/recipes/top-up-automatically.md": [
    snippet("save-card", ["supabase"]),
    snippet("top-up", ["supabase"], ["topUp"]),
  ],
};

/**
 * Runs a code block of a recipe in the browser page, with the app's signed-in client. Later code
 * blocks can call the functions that a code block defines. A recipe expects the app to have certain
 * functions, such as `show`. The page's variable `told` records the calls of these functions.
 */
function runs<T = Record<string, never>>(page: Page, name: string, given: object = {}): Promise<T> {
  return page.evaluate(`(async () => {
    const { supabase } = await import("/src/supabase.js");
    const { data: { session } } = await supabase.auth.getSession();
    globalThis.told ??= [];
    const tell = (what) => (...said) => told.push([what, ...said]);
    const { run } = await import("/snippets/${name}.ts");
    const outcome = await run({
      supabase, user: session?.user,
      show: tell("show"), write: tell("write"), slowDown: tell("slowDown"), openShop: tell("openShop"),
      ...globalThis.kept, ...${JSON.stringify(given)},
    });
    globalThis.kept = { ...globalThis.kept, ...outcome };
    return JSON.parse(JSON.stringify(outcome));
  })()`);
}

const told = (page: Page): Promise<unknown[][]> => page.evaluate("globalThis.told ?? []");

/**
 * Polls a job in the page until it ends. Returns the job's status, or the code or name of the
 * error.
 */
function polled(page: Page, jobId: string): Promise<string> {
  return page.evaluate(`kept.untilEnded("${jobId}")
    .then((job) => job.status, (thrown) => thrown.error?.code ?? thrown.name)`);
}

/** Signs up a user with credits and returns the user's id. */
async function arrives(page: Page, origin: string): Promise<string> {
  await page.goto(origin);
  const id = await signsUp(page, newLogin());
  const grant = { user_id: id, amount: "1000", source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  return id;
}

async function aJob(page: Page, origin: string): Promise<void> {
  const id = await arrives(page, origin);
  const { status, result } = await runs<{ status: string; result: object }>(page, "job");
  equal(status, "completed");
  ok("report" in result);
  deepEqual((await told(page)).at(-1), ["show", "completed", 100]);

  const unchanged: string[] = [];
  page.on("response", (answer) => answer.status() === 304 && unchanged.push(answer.url()));
  const start = `import("/src/job.js").then((job) => job.research("[plan:1] [slow:7000] Why?"))`;
  const { job_id } = await page.evaluate<{ job_id: string }>(start);
  equal(await polled(page, job_id), "completed");
  ok(unchanged.some((url) => url.endsWith(job_id)), "no poll got a 304");
  equal(await polled(page, crypto.randomUUID()), "not_found");

  const { csv } = await runs<{ csv: string }>(page, "file");
  match(csv, /^id,seq,kind,amount,balance_after/);
  equal(csv.split(/\r?\n/)[1]?.split(",")[4], (await balanceOf(world, id)).balance);
  await holdsEnd(world, id);
}

const SETTLES_WITHIN_MS = 120_000;

/** Advances the page's clock until the promise has settled. */
async function settles<T>(page: Page, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => isOver = true);
  over.catch(() => {}); // prevents an unhandled rejection until the promise is awaited
  for (const end = Date.now() + SETTLES_WITHIN_MS; !isOver && Date.now() < end;) {
    await page.clock.runFor(1_000);
  }
  ok(isOver, `the page has not settled within ${SETTLES_WITHIN_MS} ms`);
  return await over;
}

async function outOfReach(page: Page, origin: string): Promise<void> {
  await arrives(page, origin);
  await runs(page, "job");
  await page.clock.install();
  await page.context().setOffline(true);
  equal(await settles(page, polled(page, crypto.randomUUID())), "FunctionsFetchError");
  await page.context().setOffline(false);
}

async function tooMuch(page: Page, origin: string): Promise<void> {
  const id = await arrives(page, origin);
  await page.clock.install();
  const ask = (times: number) =>
    page.evaluate(`import("/src/supabase.js").then(({ supabase }) =>
      Promise.all(Array.from({ length: ${times} }, () =>
        supabase.functions.invoke("credits", { method: "GET" }))).then(() => {}))`);
  await runs(page, "refusal");
  deepEqual(await told(page), []);
  // If a new minute begins after the 85 requests, some of them no longer count towards the limit.
  // The test then sends more requests until an answer warns of the limit.
  await ask(85);
  await until("the page is warned to slow down", async () => {
    await runs(page, "refusal");
    return (await told(page)).length > 0 || undefined;
  });
  deepEqual(await told(page), [["slowDown"]]);
  await ask(120); // more calls than the limit per minute, so one of them is refused
  const refused = page.waitForResponse((answer) => answer.status() === 429);
  await settles(page, runs(page, "refusal"));
  match(await (await refused).headerValue("retry-after") ?? "", /^\d+$/);
  equal((await balanceOf(world, id)).balance, "1000");
}

async function aChat(page: Page, origin: string): Promise<void> {
  const id = await arrives(page, origin);
  const logged: string[] = [];
  page.on("console", (message) => logged.push(message.text()));
  // The recipe's last code block reads stored prompts, so the user first allows Farthing to store
  // them.
  await page.getByRole("button", { name: "Keep my prompts" }).click();
  await page.locator("#done", { hasText: "Keep my prompts" }).waitFor();
  await runs(page, "chat");
  const written = (await told(page)).map(([, text]) => text).join("");
  ok(written.length > 20, written);
  await until(
    "the usage is in the console",
    () => logged.some((line) => line.startsWith("usage")) || undefined,
  );
  await holdsEnd(world, id);

  const { logs } = await runs<{ logs: { kind: string }[] }>(page, "logs");
  deepEqual(logs.map(({ kind }) => kind), ["chat"]);
  const left = await page.evaluate(
    `import("/src/supabase.js").then(({ supabase }) =>
      supabase.schema("farthing_public").from("ai_logs").select())`,
  ) as { data: unknown[] };
  deepEqual(left.data, []);
  await runs(page, "changes");
}

async function openAisSdk(page: Page, origin: string, folder: string): Promise<void> {
  await page.goto(origin);
  const user_id = await signsUp(page, newLogin());
  const given = { supabaseUrl: world.url };
  await runs(page, "openai", given);
  deepEqual(await told(page), [["openShop"]]);
  const grant = { user_id, amount: "1000", source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  await runs(page, "openai", given);
  const written = (await told(page)).slice(1).map(([, text]) => text).join("");
  match(written, /^You asked: Hello/);
  const paid = 1000 - Number(await holdsEnd(world, user_id));
  ok(paid > 0);
  const { run } = await import(`file://${folder}/snippets/openai-server.ts`);
  const { charged } = await run({ ...given, secretKey: world.secretKey, user_id });
  const left = Number(await holdsEnd(world, user_id));
  equal((1000 - paid - left).toFixed(6), Number(charged).toFixed(6));
}

async function aTopUp(page: Page, origin: string): Promise<void> {
  await arrives(page, origin);
  // The code block ends by navigating to a different page, so its promise may never settle.
  await Promise.allSettled([runs(page, "save-card")]);
  await withDeliveries(world, "shared", async () => {
    await paysByCard(page, world, newLogin().email, /^Save/);
    await page.waitForURL(`${origin}/saved`);
  });
  const { topUp } = await runs<{ topUp: { enabled: boolean; threshold: string } }>(page, "top-up");
  deepEqual([topUp.enabled, topUp.threshold], [true, "1000"]);
}

Deno.test({
  name: "T26 snippets of the docs, as printed",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser: Browser = await openBrowser();
    try {
      await withApp(async (folder) => {
        await Deno.mkdir(`${folder}/snippets`);
        const files = await writeModules(`${folder}/snippets`, PAGES);
        await test.step("are TypeScript that checks", () => typeCheck(files));
        const steps: [string, (page: Page, origin: string) => Promise<void>][] = [
          ["a job is followed to its end past 304s, 404 is thrown, its file is read", aJob],
          ["polling tells when nothing can be reached, and ends", outOfReach],
          ["a refusal is waited out, and a warning heeded", tooMuch],
          ["a chat is written as it comes, and its log read and deleted", aChat],
          [
            "OpenAI's SDK is refused without credits, and streams with them",
            (p, o) => openAisSdk(p, o, folder),
          ],
          ["a card is saved, and tops up", aTopUp],
        ];
        await withVite(world, folder, [], async (origin) => {
          for (const [name, step] of steps) {
            await test.step(name, () => withPage(browser, (page) => step(page, origin)));
          }
        });
        await proven(world);
      });
    } finally {
      await browser.close();
    }
  },
});
