/**
 * The package @farthing/client as it is published to npm: its files, its size, its types, and a
 * test program that uses it in plain Node.
 */
import { deepEqual, ok } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { ROOT } from "../../scripts/command/root.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import {
  bytesOf,
  compiles,
  haveOneVersion,
  isWellFormed,
  type Packed,
  runs,
  withPacked,
} from "./packed.ts";

const world = readWorld();
const TYPES = "tests/client/app/types.ts";
const DECLARED_MODELS = "tests/client/app/declared-models.txt";
const JOURNEY = "tests/client/app/journey.mjs";
/** The maximum size of each of the package's entry points in bytes, minified and compressed. */
const MOST_BYTES = { client: 12_288, "client/server": 8_192 };

async function isSmall(packed: Packed): Promise<void> {
  for (const [entry, most] of Object.entries(MOST_BYTES)) {
    const bytes = await bytesOf(packed, entry);
    ok(bytes <= most, `@farthing/${entry} has ${bytes} bytes, at most ${most}`);
  }
}

/**
 * Runs the program in Node, and pays when the program prints the URL of a checkout. Returns the
 * program's result.
 */
async function journey({ app }: Packed): Promise<Record<string, unknown>> {
  await Deno.copyFile(`${ROOT}${JOURNEY}`, `${app}/journey.mjs`);
  const child = new Deno.Command("node", {
    args: [`${app}/journey.mjs`],
    env: {
      SUPABASE_URL: world.url,
      SUPABASE_PUBLISHABLE_KEY: world.publishableKey,
      SUPABASE_SECRET_KEY: world.secretKey,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let found: Record<string, unknown> = {};
  let rest = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line);
      if (said.pay) await payCheckout(said.pay, "4242424242424242");
      else found = said.found;
    }
  }
  ok((await child.status).success, await errors);
  return found;
}

Deno.test("the packed client", async (test) => {
  await withPacked(["client"], async (packed) => {
    await test.step("is well formed for npm, and its types resolve", () => isWellFormed(packed));
    await test.step("has the version of the other packages", haveOneVersion);
    await test.step("is small", () => isSmall(packed));
    await test.step("refuses wrong calls when it is compiled", async () => {
      await compiles(packed, { "types.ts": await Deno.readTextFile(`${ROOT}${TYPES}`) });
    });
    await test.step("refuses a model that the app has not declared", async () => {
      const text = await Deno.readTextFile(`${ROOT}${DECLARED_MODELS}`);
      await compiles(packed, { "declared-models.ts": text });
    });
    await test.step("does everything in the installed Node", async () => {
      const found = await withDeliveries(world, "shared", () => journey(packed));
      const { version } = await nodeVersion();
      deepEqual(found, {
        node: version,
        empty: "0",
        refused: [true, "insufficient_credits", "0"],
        paid: ["paid", "9990"],
        charged: [["50", false], ["50", true]],
        held: ["open", "50"],
        released: "the model failed",
        left: ["9890", "0"],
        stream: [true, "stop"],
        aborted: ["AbortError", true],
        job: ["completed", true],
        list: [[true, false]],
        entries: [["purchase", "settle", "usage"], true],
        logged: true,
        signedOut: ["unauthenticated", 401],
      });
      await proven(world);
    });
  });
});

async function nodeVersion(): Promise<{ version: string }> {
  const { output } = await runs("node", ["--version"]);
  return { version: output.slice(1).split(".")[0]! };
}
