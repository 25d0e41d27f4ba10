/**
 * The package @farthing/ai as it is published to npm: its files, its size, its types, its README's
 * code, and a program that uses it in the installed Node and in Deno.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { proven } from "../support/project/database.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { snippet, writeModules } from "../support/project/printed-snippets.ts";
import { readWorld } from "../support/project/world.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import {
  bytesOf,
  compiles,
  isWellFormed,
  type Packed,
  runs,
  succeeds,
  withPacked,
} from "./packed.ts";

const world = readWorld();
/** These are `.txt` files, because Deno's compiler fails on the types of the AI SDK. */
const TYPES = "tests/client/app/ai-types.txt";
const DECLARED_MODELS = "tests/client/app/declared-ai-models.txt";
const JOURNEY = "tests/client/app/ai-journey.mjs";
const PEERS = ["@farthing/client/server", "@ai-sdk/provider", "ai"];
/**
 * The maximum size of each of the package's entry points, in bytes. An entry point is measured
 * minified and compressed, without its peer dependencies.
 */
const MOST_BYTES = { ai: 6_144, "ai/meter": 3_584 };

/**
 * Checks each entry point's size. The bundle is for a browser, so imports of Node's modules fail.
 */
async function isSmall(packed: Packed): Promise<void> {
  for (const [entry, most] of Object.entries(MOST_BYTES)) {
    const bytes = await bytesOf(packed, entry, PEERS);
    ok(bytes <= most, `@farthing/${entry} has ${bytes} bytes, at most ${most}`);
  }
}

/**
 * The runtimes for the program. Each has a command, and the arguments before the program's name.
 */
const RUNTIMES: [name: string, program: string, args: string[]][] = [
  ["the installed Node", "node", []],
  ["Deno", Deno.execPath(), ["run", "-A", "--no-config", "--node-modules-dir=manual"]],
];

/**
 * Returns the environment variables of the program: the project, a user with credits, and a user
 * without credits.
 */
async function environment(): Promise<{ USER_ID: string; [name: string]: string }> {
  return {
    ...{ SUPABASE_URL: world.url, SUPABASE_SECRET_KEY: world.secretKey },
    ...{ AI_URL: world.aiUrl, AI_KEY: world.aiKey },
    ...{ USER_ID: (await signUpWith(world, "1000")).id, POOR_ID: (await signUp(world)).id },
  };
}

async function journey({ app }: Packed, program: string, args: string[]): Promise<void> {
  await Deno.copyFile(`${ROOT}${JOURNEY}`, `${app}/ai-journey.mjs`);
  const folder = await Deno.makeTempDir({ prefix: "farthing-journal-" });
  const env = await environment();
  const options = { cwd: app, env: { ...env, FOLDER: folder } };
  const at = [...args, `${app}/ai-journey.mjs`];
  try {
    deepEqual(JSON.parse(await succeeds(program, at, options)), {
      metered: [30, true, "50", "overloaded"],
      refused: ["insufficient_credits", 402, false],
      observed: ["observed", true],
      left: ["AbortError", "settled"],
      rest: [0, 0],
    });
    const before = Number(await holdsEnd(world, env.USER_ID));
    const { success } = await runs(program, [...at, "dies"], options);
    ok(!success, "the process was killed");
    const finished = JSON.parse(await succeeds(program, [...at, "restarts"], options));
    deepEqual(finished, [["50"], 0, [["settled", true]]]);
    equal(Number(await holdsEnd(world, env.USER_ID)), before - 50);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const README = "packages/ai/README.md";
/**
 * The program is a `.txt` file, because it imports the README's code blocks, which exist only in
 * the packed app.
 */
const README_PROGRAM = "tests/client/app/ai-readme.txt";
/** All code blocks of the README, in order. */
const BLOCKS = [
  snippet("start", ["url", "secretKey", "show"], ["farthing", "journal", "metering"]),
  snippet("generate", ["metering", "openai", "userId", "show"]),
  snippet("meter", ["farthing", "userId", "callModel", "show"]),
  snippet("observe", ["createMetering", "farthing", "journal", "show"], ["observing"]),
];
/** The types of the names that the README's code expects the app to define. */
const GIVEN = {
  url: "string",
  secretKey: "string",
  userId: "string",
  show: "(text: string) => void",
  createMetering: 'typeof import("@farthing/ai").createMetering',
  farthing: 'import("@farthing/client/server").FarthingServer',
  journal: 'import("@farthing/ai").Journal',
  metering: 'import("@farthing/ai").Metering',
  openai: '(id: string) => import("@ai-sdk/provider").LanguageModelV4',
  callModel: '() => Promise<{ text: string; usage?: import("openai").OpenAI.CompletionUsage }>',
};

/** The AI SDK's own types compile only with `skipLibCheck`. */
const WITH_SDK = { skipLibCheck: true, isOfNode: true };

/**
 * Compiles the type tests and the README's code in one go, because the AI SDK's types are large.
 */
async function compilesUses(packed: Packed): Promise<void> {
  const modules = await writeModules(packed.app, { [README]: BLOCKS }, GIVEN);
  const texts = modules.map(async (file) => {
    return [file.slice(file.lastIndexOf("/") + 1), await Deno.readTextFile(file)];
  });
  const types = await Deno.readTextFile(`${ROOT}${TYPES}`);
  const readme = Object.fromEntries(await Promise.all(texts));
  await compiles(packed, { "types.ts": types, ...readme }, WITH_SDK);
}

/** Runs the README's code in the app's folder, to which `compilesUses` has written it. */
async function runsReadme({ app }: Packed): Promise<void> {
  await Deno.copyFile(`${ROOT}${README_PROGRAM}`, `${app}/ai-readme.mjs`);
  const [, deno, args] = RUNTIMES.at(-1)!;
  const env = await environment();
  const output = await succeeds(deno, [...args, `${app}/ai-readme.mjs`], { cwd: app, env });
  const shown: string[] = JSON.parse(output.slice(output.indexOf("[")));
  const expected = [
    /^0 settled, 0 pending$/,
    new RegExp(`^[0-9a-f-]{36} of ${env.USER_ID}: settled$`),
    /^[^]+ \([\d.]+ credits\)$/,
    /^[\d.]+ are needed$/,
    /^[^]+: settled$/,
    /^It would have cost 50 credits\.$/,
  ];
  for (const [index, text] of shown.entries()) match(text, expected[index] ?? /^nothing more$/);
  equal(shown.length, expected.length);
}

Deno.test("the packed metering", async (test) => {
  await withPacked(["client", "ai"], async (packed) => {
    await test.step("is well formed for npm, and its types resolve", () => isWellFormed(packed));
    await test.step("is small, and a bundle for the edge can be made of it", () => isSmall(packed));
    await test.step("refuses wrong uses, and takes the README's, with the AI SDK's types", () =>
      compilesUses(packed));
    await test.step("refuses a model that the app has not declared", async () => {
      const text = await Deno.readTextFile(`${ROOT}${DECLARED_MODELS}`);
      await compiles(packed, { "declared-models.ts": text }, WITH_SDK);
    });
    await test.step("does in an app what the README's code says, as printed", async () => {
      await runsReadme(packed);
      await proven(world);
    });
    for (const [name, program, args] of RUNTIMES) {
      await test.step(`meters, observes and restarts in ${name}`, async () => {
        await journey(packed, program, args);
        await proven(world);
      });
    }
  });
});
