/**
 * Loaded before the test files: no test runs longer than FARTHING_TEST_LIMIT_MS. One that waits for ever
 * fails by its name, and the next one begins. The name of the test that runs is in FARTHING_TEST_RUNNING, for
 * one that lets no timer run.
 */
const limitMs = Number(Deno.env.get("FARTHING_TEST_LIMIT_MS"));
const running = Deno.env.get("FARTHING_TEST_RUNNING");
// The real ones: tests have clocks of their own.
const { setTimeout, clearTimeout } = globalThis;

type Test = (context: Deno.TestContext) => void | Promise<void>;

function limited(name: string, test: Test): Test {
  const inTime: Test = async (context) => {
    if (running) Deno.writeTextFileSync(running, name);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`still running after ${limitMs / 1_000} s: "${name}"`)),
      limitMs,
    );
    Deno.unrefTimer(timer); // where nothing is left that could end the test, Deno says so at once
    try {
      await Promise.race([test(context), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return Object.defineProperty(inTime, "name", { value: test.name });
}

/** `Deno.test` takes name, options and function in any of several orders; the function may be an option. */
function limitArguments(given: readonly unknown[]): unknown[] {
  const options = given.find((each) => typeof each === "object" && each !== null) as
    | { name?: string; fn?: Test }
    | undefined;
  const first = given.find((each) => typeof each === "string") as string | undefined;
  return given.map((each) => {
    if (typeof each === "function") {
      return limited(first ?? options?.name ?? each.name, each as Test);
    }
    if (each !== options || !options?.fn) return each;
    return { ...options, fn: limited(options.name ?? options.fn.name, options.fn) };
  });
}

const limiting = <T extends (...given: never[]) => void>(test: T) =>
  new Proxy(test, {
    apply: (real, self, given) => Reflect.apply(real, self, limitArguments(given)),
  });

const { test } = Deno;
Object.assign(Deno, { test: Object.assign(limiting(test), { only: limiting(test.only) }) });
