/**
 * Loaded before the test files. No test runs longer than FARTHING_TEST_LIMIT_MS: a test that never ends
 * fails by its name, and the next test begins. The file FARTHING_TEST_RUNNING holds the name of the running
 * test, for a test that blocks every timer or ends the process.
 */
import { IN_FILE, LOADING, NOTHING } from "./test-names.ts";

const limitMs = Number(Deno.env.get("FARTHING_TEST_LIMIT_MS"));
const running = Deno.env.get("FARTHING_TEST_RUNNING");
// Tests may replace these two functions with fakes.
const { setTimeout, clearTimeout } = globalThis;

type Test = (context: Deno.TestContext) => void | Promise<void>;

/** The file of a group that is being loaded; undefined where Deno loads each file by itself. */
let file: string | undefined;

const fullName = (name: string) => file === undefined ? name : `${file}${IN_FILE}${name}`;

/** The errors outside of the tests so far. */
let errors = "";

function noteRunning(name: string): void {
  if (running) Deno.writeTextFileSync(running, name + errors);
}

function limited(name: string, test: Test): Test {
  return async (context) => {
    noteRunning(name);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`still running after ${limitMs / 1_000} s: "${name}"`)),
      limitMs,
    );
    // Without this, a test with nothing left to wait for would last until the limit.
    Deno.unrefTimer(timer);
    try {
      await Promise.race([test(context), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Returns the definition that `Deno.test` got as a name, options and a function, in any of its forms. */
function definitionOf(given: readonly unknown[]): Deno.TestDefinition {
  const options = given.find((each) => typeof each === "object" && each !== null);
  const text = given.find((each) => typeof each === "string");
  const test = given.find((each) => typeof each === "function") as Test | undefined;
  const { name = text ?? test?.name, fn = test, ...more } = (options ?? {}) as Partial<
    Deno.TestDefinition
  >;
  const full = fullName(String(name || fn?.name));
  return { ...more, name: full, fn: limited(full, fn!) };
}

const limiting = <T extends (definition: Deno.TestDefinition) => void>(test: T) =>
  new Proxy(test, {
    apply: (real, self, given) => Reflect.apply(real, self, [definitionOf(given)]),
  });

const { test } = Deno;
Object.assign(Deno, {
  test: Object.assign(limiting(test), {
    only: limiting(test.only),
    ignore: limiting(test.ignore),
  }),
});

/** Deno's TAP report does not say which error outside of the tests ended a file. */
function noteError(error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  errors += `\n${text}`;
  if (running) Deno.writeTextFileSync(running, `\n${text}`, { append: true });
}

globalThis.addEventListener("error", ({ error }) => noteError(error));
globalThis.addEventListener("unhandledrejection", ({ reason }) => noteError(reason));

const EXIT = /Deno\.exit\(.*\) called outside of a test/;

/** Loads a file of a group. A file that can't be loaded is a failed test of that file. */
export async function loadFile(name: string): Promise<void> {
  file = name;
  noteRunning(fullName(LOADING));
  try {
    await import(new URL(name, `file://${Deno.cwd()}/`).href);
  } catch (error) {
    // Deno drops the whole group, and the runner gives the other files another process.
    if (EXIT.test(String(error))) throw error;
    Deno.test("the file can be loaded", () => {
      throw error;
    });
  }
  noteRunning(NOTHING);
}
