/**
 * This file is loaded before the test files. A test that runs longer than FARTHING_TEST_LIMIT_MS
 * fails under its own name, and the next test begins. This file also writes the name of the running
 * test to the file FARTHING_TEST_RUNNING. deno-process.ts needs that name if a test blocks all
 * timers or ends the process.
 */
import { IN_FILE, LOADING, NOTHING } from "./test-names.ts";

const limitMs = Number(Deno.env.get("FARTHING_TEST_LIMIT_MS"));
const running = Deno.env.get("FARTHING_TEST_RUNNING");
// The original functions, because tests may replace the global ones with fakes.
const { setTimeout, clearTimeout } = globalThis;

type Test = (context: Deno.TestContext) => void | Promise<void>;

/**
 * The path of the test file that is being loaded, if files are loaded as a group. Undefined if Deno
 * loads each file by itself.
 */
let file: string | undefined;

const fullName = (name: string) => file === undefined ? name : `${file}${IN_FILE}${name}`;

/** The messages of all errors that have occurred outside of the tests so far. */
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
    // If nothing can resolve the promise that a test waits for, Deno fails the test at once. A
    // pending timer would prevent this, so the timer is unreferenced.
    Deno.unrefTimer(timer);
    try {
      await Promise.race([test(context), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Returns the test definition from the arguments of `Deno.test`, which may be a name, options and a
 * function in several combinations.
 */
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

/**
 * Records an error that no test caught. Deno's TAP report does not say which error ended a file.
 */
function noteError(error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  errors += `\n${text}`;
  if (running) Deno.writeTextFileSync(running, `\n${text}`, { append: true });
}

globalThis.addEventListener("error", ({ error }) => noteError(error));
globalThis.addEventListener("unhandledrejection", ({ reason }) => noteError(reason));

const EXIT = /Deno\.exit\(.*\) called outside of a test/;

/**
 * Loads one file of a group of test files. If the file can't be loaded, this adds a failing test.
 */
export async function loadFile(name: string): Promise<void> {
  file = name;
  noteRunning(fullName(LOADING));
  try {
    await import(new URL(name, `file://${Deno.cwd()}/`).href);
  } catch (error) {
    // If a file has called Deno.exit, Deno reports no test of the group, so a test could not report
    // this error. deno-tests.ts then runs the other files in a new process.
    if (EXIT.test(String(error))) throw error;
    Deno.test("the file can be loaded", () => {
      throw error;
    });
  }
  noteRunning(NOTHING);
}
