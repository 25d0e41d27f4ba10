/** docs/tutorial.md runs as printed, from its first file to its last line of expected output. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openBrowser, withPage } from "../chromium.ts";
import { proven, withDeliveries } from "../../support/project/database.ts";
import { newLogin, paysByCard } from "./app-page.ts";
import { type Block, blocksIn } from "../../support/project/printed-snippets.ts";
import { until } from "../../support/project/until.ts";
import { withServed } from "./vite.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

/**
 * Matches the tutorial's first code block, which starts a stack. The test skips this code block,
 * because the test suite has already started a stack.
 */
const STARTS_STACK = /^git clone .* task start\n$/s;
/** The command of this code block must keep running while the page is used. */
const SERVES = "npx vite\n";

/**
 * Returns the first file that the paragraph before a code block names, for example `charge.mjs` in
 * "And this as `charge.mjs`.".
 */
const fileOf = ({ lead }: Block) => /`([\w-]+\.(?:html|m?js))`/.exec(lead)?.[1];

async function shell(cwd: string, script: string): Promise<string> {
  const env = { npm_config_prefer_offline: "true", npm_config_audit: "false" };
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-ec", script],
    cwd,
    env,
  }).output();
  const text = new TextDecoder().decode(stdout);
  ok(success, `${script}\n${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

/**
 * Runs `use` in a new folder, which contains what step 1 of the tutorial makes: a checkout of
 * Farthing, and the env file of its stack.
 */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-tutorial-" });
  try {
    await Deno.mkdir(`${folder}/farthing/.farthing`, { recursive: true });
    const { url, publishableKey, secretKey } = world;
    const env = { url, publishable_key: publishableKey, secret_key: secretKey };
    const lines = Object.entries(env).map(([name, value]) =>
      `SUPABASE_${name.toUpperCase()}=${value}`
    );
    await Deno.writeTextFile(`${folder}/farthing/.farthing/stack.env`, `${lines.join("\n")}\n`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const facts = (page: Page): Promise<string> => page.locator("#facts").innerText();

const saying = (page: Page, line: string): Promise<string> =>
  until(line, async () => {
    const text = await facts(page);
    return text.includes(line) ? text : undefined;
  });

/** Signs up and buys credits on the page. Returns the ids that the page shows after the purchase. */
async function buys(page: Page, origin: string): Promise<Record<string, string>> {
  const { email, password } = newLogin();
  await page.goto(origin);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await saying(page, "credits: 0");
  await page.getByRole("button", { name: "Buy credits" }).click();
  await withDeliveries(world, "shared", async () => {
    await paysByCard(page, world, email);
    await page.waitForURL(`${origin}/`);
    await saying(page, "order: paid");
  });
  const text = await saying(page, "credits: 9990");
  return Object.fromEntries(text.split("\n").slice(0, 2).map((line) => line.split("=")));
}

/**
 * Writes the files and runs the commands that the tutorial prints. A code block in the language
 * `text` is the expected output of the commands before it.
 */
async function play(folder: string, blocks: Block[], ids: Record<string, string>): Promise<void> {
  let printed = "";
  for (const block of blocks) {
    const { language, code } = block;
    const cwd = code.startsWith("mkdir shop") ? folder : `${folder}/shop`;
    if (language === "text") equal(printed, code);
    else if (language !== "sh") await Deno.writeTextFile(`${cwd}/${fileOf(block)}`, code);
    else printed = await shell(cwd, code.replaceAll(/USER_ID|ORDER_ID/g, (id) => ids[id]!));
  }
}

async function follow(folder: string, blocks: Block[], page: Page): Promise<void> {
  const serves = blocks.findIndex(({ code }) => code === SERVES);
  await play(folder, blocks.slice(0, serves), {});
  await withServed(`${folder}/shop`, [], {}, async (origin) => {
    const ids = await buys(page, origin);
    await play(folder, blocks.slice(serves + 1), ids);
    await page.reload();
    await saying(page, "credits: 4940");
  });
}

Deno.test({
  name: "the tutorial, as printed",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [start, ...blocks] = await blocksIn("docs/tutorial.md");
    match(start!.code, STARTS_STACK);
    const count = (language: string) =>
      blocks.filter((block) => block.language === language).length;
    deepEqual([count("html"), count("js"), count("sh"), count("text")], [1, 6, 6, 4]);
    const browser = await openBrowser();
    try {
      await withFolder((folder) => withPage(browser, (page) => follow(folder, blocks, page)));
      await proven(world);
    } finally {
      await browser.close();
    }
  },
});
