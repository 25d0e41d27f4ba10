/**
 * The package as npm gets it: its files, its size, its types, and a test program that uses it in plain
 * Node.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { ROOT } from "../../scripts/command/root.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { type Packed, runs, succeeds, withPacked } from "./packed.ts";

const world = readWorld();
const TYPES = "tests/client/app/types.ts";
const JOURNEY = "tests/client/app/journey.mjs";
/** The size of the whole package, minified and compressed. */
const MOST_BYTES = { client: 12_288, "client/server": 8_192 };

async function isWellFormed({ folder, tarball }: Packed): Promise<void> {
  await succeeds("npx", ["-y", "publint@0.3.25", "run", "--strict", "--pack", "false", folder]);
  const attw = ["-y", "@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only"];
  await succeeds("npx", [...attw, "--no-definitely-typed"]);
  const said = await succeeds("npm", ["publish", "--dry-run", "--access", "public"], {
    cwd: folder,
  });
  ok(said.includes("@farthing/client@0.1.0"), said);
}

/** The manifests for Deno and for npm have the same version. */
async function hasOneVersion(): Promise<void> {
  const versions = await Promise.all(
    ["deno.json", "package.json"].map(async (file) =>
      JSON.parse(await Deno.readTextFile(`${ROOT}packages/client/${file}`)).version
    ),
  );
  equal(versions[0], versions[1]);
}

async function isSmall({ app }: Packed): Promise<void> {
  for (const [entry, most] of Object.entries(MOST_BYTES)) {
    const { outputFiles } = await build({
      stdin: { contents: `export * from "@farthing/${entry}";`, resolveDir: app },
      ...{ bundle: true, minify: true, write: false, format: "esm", target: "es2022" },
      platform: "browser",
    });
    const bytes = gzipSync(outputFiles[0]!.contents).length;
    ok(bytes <= most, `@farthing/${entry} has ${bytes} bytes, at most ${most}`);
  }
}

/** Compiles the app once as with a bundler and once as for Node, without the types of Deno or Node. */
async function compiles({ app }: Packed): Promise<void> {
  await Deno.copyFile(`${ROOT}${TYPES}`, `${app}/types.ts`);
  for (const module of ["nodenext", "preserve"]) {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, module },
      ...{ target: "es2022", lib: ["es2022", "dom", "dom.iterable"], types: [] },
    };
    const project = `${app}/tsconfig.${module}.json`;
    const files = ["types.ts"];
    await Deno.writeTextFile(project, JSON.stringify({ compilerOptions, files }));
    await succeeds(Deno.execPath(), ["run", "-A", "npm:typescript@5.9.3/tsc", "-p", project]);
  }
}

/** Pays when the program prints the URL of a checkout. Returns the program's result. */
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
  await withPacked(async (packed) => {
    await test.step("is well formed for npm, and its types resolve", () => isWellFormed(packed));
    await test.step("has one version", hasOneVersion);
    await test.step("is small", () => isSmall(packed));
    await test.step("refuses wrong calls when it is compiled", () => compiles(packed));
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
