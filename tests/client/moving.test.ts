/**
 * The code blocks of "From functions.invoke to the client" run as printed. Each section has two
 * code blocks: one without the client, and one with the client. Both must show the same values.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Farthing } from "@farthing/client";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { ROOT } from "../../scripts/command/root.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import {
  type Snippet,
  snippet,
  typeCheck,
  writeModules,
} from "../support/project/printed-snippets.ts";
import { readWorld } from "../support/project/world.ts";
import { holdsEnd } from "../support/work/jobs.ts";

const world = readWorld();

/**
 * The two code blocks of a section: `<name>-by-hand` does not use the client, `<name>-with-client`
 * does.
 */
function pair(name: string, more: string[] = [], gives: string[] = []): Snippet[] {
  return [
    snippet(`${name}-by-hand`, ["supabase", "show", ...more], gives),
    snippet(`${name}-with-client`, ["farthing", "show", ...more], gives),
  ];
}

/** All code blocks of the docs page, in order. */
const BLOCKS = [
  snippet("moved", ["supabase", "show"], ["farthing"]),
  ...pair("errors"),
  ...pair("retries", [], ["jobId"]),
  snippet("uncertain", ["farthing", "show"], ["jobId"]),
  ...pair("polling", ["jobId"]),
  ...pair("pages"),
  ...pair("csv"),
  ...pair("stream", ["write"]),
  ...pair("buy", ["pay", "successUrl"]),
];

interface BlockRun {
  readonly shown: unknown[];
  readonly given: Record<string, unknown>;
}

type Run = (block: string, given?: object) => Promise<BlockRun>;

/**
 * Returns a function that runs a code block for this user. The function's result contains the
 * values that the code block has shown, and the values for later code blocks.
 */
function runsFor({ supabase }: Person, farthing: Farthing, folder: string): Run {
  return async (block, given = {}) => {
    const shown: unknown[] = [];
    const show = (what: unknown) => shown.push(what);
    const { run } = await import(`file://${folder}/${block}.ts`);
    return { shown, given: await run({ supabase, farthing, show, ...given }) };
  };
}

const WAYS = ["by-hand", "with-client"] as const;

/**
 * Runs both code blocks of a section, asserts that both show the same values, and returns these
 * values.
 */
async function same(run: Run, name: string, given?: object): Promise<unknown[]> {
  const [byHand, withClient] = [
    await run(`${name}-by-hand`, given),
    await run(`${name}-with-client`, given),
  ];
  deepEqual(byHand!.shown, withClient!.shown, name);
  return byHand!.shown;
}

async function refusals(run: Run): Promise<void> {
  deepEqual(await same(run, "errors"), ["insufficient_credits"]);
}

async function purchases(run: Run, userId: string): Promise<void> {
  const successUrl = `${world.url}/checkout/success?order={ORDER_ID}`;
  const pay = (address: string) => payCheckout(address, "4242424242424242");
  await withDeliveries(world, "shared", async () => {
    for (const [index, way] of WAYS.entries()) {
      const { shown } = await run(`buy-${way}`, { pay, successUrl });
      deepEqual(shown, [`paid: ${9990 * (index + 1)}`]);
    }
  });
  equal((await balanceOf(world, userId)).balance, "19980");
}

async function jobs(run: Run): Promise<void> {
  const uncertain = await run("uncertain");
  deepEqual(uncertain.shown, [uncertain.given["jobId"]]);
  for (const way of WAYS) {
    const { shown, given: { jobId } } = await run(`retries-${way}`);
    deepEqual(shown, ["string"]);
    match(`${jobId}`, /^[0-9a-f-]{36}$/);
    deepEqual((await run(`polling-${way}`, { jobId })).shown, ["completed"]);
  }
}

async function history(run: Run): Promise<void> {
  deepEqual(await same(run, "pages"), ["purchase 9990", "purchase 9990"]);
  const [csv] = await same(run, "csv");
  equal(`${csv}`.trim().split(/\r?\n/).length, 3);
}

async function streams(run: Run, userId: string): Promise<void> {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const [credits] = await same(run, "stream", { write });
  const text = written.join("");
  ok(text.length > 0 && text.slice(0, text.length / 2) === text.slice(text.length / 2), text);
  const left = Number(await holdsEnd(world, userId));
  equal((19980 - left).toFixed(6), (2 * Number(credits)).toFixed(6));
}

Deno.test("the blocks by hand and with the client, as printed", async (test) => {
  // The folder is inside the repository, so that the repository's import map resolves the package's
  // name.
  await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${ROOT}.farthing`, prefix: "moving-" });
  try {
    const files = await writeModules(folder, { "docs/recipes/use-the-client.md": BLOCKS });
    const person = await signUp(world);
    const shown: unknown[] = [];
    const show = (what: unknown) => shown.push(what);
    await test.step("are TypeScript that checks", () => typeCheck(files));
    const { run: moves } = await import(`file://${folder}/moved.ts`);
    const { farthing } = await moves({ supabase: person.supabase, show });
    deepEqual(shown, ["0"]);
    const run = runsFor(person, farthing, folder);
    await test.step("refuse with the same code", () => refusals(run));
    await test.step("start a job and follow it to its end", () => jobs(run));
    await test.step("buy, and show the new balance", () => purchases(run, person.id));
    await test.step("show the same history", () => history(run));
    await test.step("stream the same answer for the same price", () => streams(run, person.id));
    await proven(world);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
