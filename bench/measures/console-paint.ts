/**
 * G27: measures how long it takes until a buyer sees the balance in the console on a slow phone.
 * Compares this time with that of a page that shows the same balance without any library.
 */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { serveStatic } from "hono/deno";
import { createClient } from "@supabase/supabase-js";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { createFarthingServer } from "@farthing/client/server";
import { withCleanup } from "@farthing/command-line";
import { buildConsole, CONSOLE_BUILD } from "../../scripts/console/build.ts";
import { type Service, serviceOf } from "../../scripts/demo/shared/service.ts";
import { findChromium } from "../../scripts/test-tools/find-chromium.ts";
import { withStack } from "../../scripts/test-tools/stack-process.ts";
import type { Options } from "../command/options.ts";
import { figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { rotate } from "./rounds.ts";

/**
 * A slow phone as Lighthouse simulates it by default: a round trip of 150 ms, 1.6 Mbit/s, and a
 * processor that is four times slower
 * (https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md).
 */
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const SLOWER = 4;
const PHONE = { width: 412, height: 823 };

const BALANCE = "1234.5";
const SHOWN = "1,234.5";

const ARMS = ["bare page", "console, first visit", "console, next visit"] as const;
type Arm = typeof ARMS[number];

interface Signed {
  readonly storage: readonly [string, string];
  readonly token: string;
}

/** Signs up a user and grants credits to them. */
async function signUp({ url, publishableKey, secretKey }: Service): Promise<Signed> {
  const { auth } = createClient(url, publishableKey, { auth: { persistSession: false } });
  const login = { email: `${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() };
  const { data, error } = await auth.signUp(login);
  if (error) throw error;
  await auth.stopAutoRefresh();
  const user_id = data.user!.id;
  await createFarthingServer({ url, secretKey }).credits.grant({
    ...{ user_id, amount: BALANCE, source: "promotional", reason: "bench" },
  });
  return {
    storage: [`farthing-console ${url}`, JSON.stringify(data.session)],
    token: data.session!.access_token,
  };
}

/** The smallest page that reads the balance and shows it. It handles neither sign-in nor errors. */
const barePage = ({ url, publishableKey }: Service, { token }: Signed) =>
  `<!doctype html><meta name="viewport" content="width=device-width"><p>Balance</p><script>
  fetch("${url}/functions/v1/credits", {
    headers: { apikey: "${publishableKey}", authorization: "Bearer ${token}" },
  }).then((answer) => answer.json()).then(({ data }) => {
    document.querySelector("p").textContent = Number(data.balance).toLocaleString("en");
  });</script>`;

/**
 * Serves both pages as static hosts do: compressed, and with a header that lets the browser cache
 * the console's assets for a year.
 */
function serve(service: Service, signed: Signed) {
  const { url, publishableKey } = service;
  const app = new Hono()
    .use(compress())
    .get("/bare", (context) => context.html(barePage(service, signed)))
    .get("/farthing.json", (context) => context.json({ url, publishableKey }))
    .use("/assets/*", async (context, next) => {
      await next();
      context.header("cache-control", "public, max-age=31536000, immutable");
    })
    .get("*", serveStatic({ root: CONSOLE_BUILD }));
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
}

/** Records when the balance was painted, in milliseconds since the beginning of the visit. */
const WATCH = `{
  const watch = new MutationObserver(() => {
    if (!document.body?.innerText.includes("${SHOWN}")) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      document.documentElement.dataset.seenAt = performance.now();
    }));
  });
  watch.observe(document, { childList: true, subtree: true, characterData: true });
}`;

async function visit(page: Page, address: string): Promise<number> {
  await page.goto(address);
  const seen = page.locator("html[data-seen-at]");
  return Number(await seen.getAttribute("data-seen-at"));
}

async function openSlowly(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const debug = await context.newCDPSession(page);
  await debug.send("Network.emulateNetworkConditions", NETWORK);
  await debug.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return page;
}

/**
 * Returns the milliseconds from the beginning of a visit until the balance is seen. For the bare
 * page and for the console's first visit, the cache is empty at the beginning. For the console's
 * next visit, an unmeasured first visit in the same context has filled the cache.
 */
async function measureVisit(browser: Browser, origin: string, signed: Signed, arm: Arm) {
  const context = await browser.newContext({ viewport: PHONE });
  await context.addInitScript(`localStorage.setItem(...${JSON.stringify(signed.storage)})`);
  await context.addInitScript(WATCH);
  try {
    const page = await openSlowly(context);
    if (arm === "bare page") return await visit(page, `${origin}/bare`);
    const first = await visit(page, origin);
    return arm === "console, first visit" ? first : await visit(page, `${origin}/?next`);
  } finally {
    await context.close();
  }
}

type Taken = Record<Arm, number[]>;

async function measureAll(
  service: Service,
  { rounds }: Options,
  say: (what: string) => void,
): Promise<Taken> {
  const signed = await signUp(service);
  const server = serve(service, signed);
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("G27 needs Chromium on the PATH");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const taken: Taken = {
    "bare page": [],
    "console, first visit": [],
    "console, next visit": [],
  };
  const end = async () => {
    await browser.close();
    await server.shutdown();
  };
  return await withCleanup(end, async () => {
    const origin = `http://127.0.0.1:${server.addr.port}`;
    for (let round = 0; round < rounds; round++) {
      for (const arm of rotate<Arm>([...ARMS], round)) {
        say(`round ${round + 1} of ${rounds}, ${arm}`);
        taken[arm].push(await measureVisit(browser, origin, signed, arm));
      }
    }
    return taken;
  });
}

export async function measurePaint(
  options: Options,
  say: (what: string) => void,
): Promise<Section> {
  say("building the console");
  await buildConsole();
  const taken = await withStack((values) =>
    measureAll(serviceOf({ values, source: "the bench's own stack" }), options, say)
  );
  const ratios = (arm: Arm) => taken[arm].map((ms, round) => ms / taken["bare page"][round]!);
  const inWords = ARMS.map((arm) => `${arm} ${(spreadOf(taken[arm]).median / 1000).toFixed(2)} s`);
  return {
    figures: [
      figure(
        "G27",
        "balance seen, console to a bare page, first visit",
        { better: "lower", goal: 3 },
        ratios("console, first visit"),
      ),
      figure(
        "G27",
        "the same, next visit",
        { better: "lower", goal: 2 },
        ratios("console, next visit"),
      ),
    ],
    arms: [],
    notes: [
      "G27: a phone with a round trip of 150 ms, 1.6 Mbit/s and a processor that is four times " +
      `slower than this machine's. The balance is seen after: ${inWords.join(", ")}.`,
    ],
  };
}
