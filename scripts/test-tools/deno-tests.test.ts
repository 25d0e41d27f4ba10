import assert from "node:assert/strict";
import { findTests, runDenoTests } from "./deno-tests.ts";
import type { Row } from "./suite.ts";

interface Options {
  processes?: number;
  isGroup?: boolean;
  limitMs?: number;
}

/** Runs the given files in a separate Deno process. */
async function rowsOf(files: Record<string, string>, options: Options = {}): Promise<Row[]> {
  const cwd = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${cwd}/${name}`, text);
    }
    const found = (await findTests(["."], cwd)).map((file) => file.slice(2));
    const flags = ["--no-config", "--no-check"];
    return await runDenoTests({ files: found, cwd, flags, ...options });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** Returns each file's numbers of tests, as `passed/failed/ignored`. */
async function outcome(
  files: Record<string, string>,
  options: Options = {},
): Promise<Record<string, string>> {
  const rows = await rowsOf(files, options);
  return Object.fromEntries(
    rows.map(({ name, passed, failures, ignored }) => [
      name,
      `${passed}/${failures.length}/${ignored}`,
    ]),
  );
}

/**
 * Returns a list for each file: its name, how many tests passed, and the names of the failed tests.
 */
async function failuresOf(files: Record<string, string>, options: Options) {
  const rows = await rowsOf(files, options);
  return rows.map(({ name, passed, failures }) => [name, passed, failures.map(({ test }) => test)]);
}

/**
 * Defines a test twice: for files that Deno loads one by one, and for files that are loaded as a
 * group.
 */
function inBothWays(name: string, test: (options: Options) => Promise<void>): void {
  for (const isGroup of [false, true]) {
    Deno.test(`runDenoTests${isGroup ? ", in a group," : ""} ${name}`, () => test({ isGroup }));
  }
}

inBothWays("reports each file, and the steps of a test instead of the test", async (options) => {
  const steps =
    `async (t) => { await t.step("x", () => {}); await t.step("y", () => { throw 1; }); }`;
  assert.deepEqual(
    await outcome({
      "a.test.ts": `Deno.test("a", () => {});\nDeno.test.ignore("b", () => {});\n`,
      "b.test.ts": `Deno.test("steps", ${steps});\nDeno.test(function c() {});\n`,
      "c.test.ts":
        `Deno.test("d", { ignore: true }, () => {});\nDeno.test({ name: "e", fn() {} });\n`,
      "not-a-test.ts": `throw new Error("never run");\n`,
    }, options),
    { "a.test.ts": "1/0/1", "b.test.ts": "2/1/0", "c.test.ts": "1/0/1" },
  );
});

inBothWays("reports a test by its file, wherever the test was made", async (options) => {
  assert.deepEqual(
    await outcome({
      "make.ts": `export const make = (name: string) => Deno.test(name, () => {});\n`,
      "a.test.ts": `import { make } from "./make.ts";\nmake("a");\nmake("b");\n`,
      "b.test.ts": `import { make } from "./make.ts";\nmake("a");\n`,
    }, options),
    { "a.test.ts": "2/0/0", "b.test.ts": "1/0/0" },
  );
});

inBothWays("counts no result that a test prints", async (options) => {
  assert.deepEqual(
    await outcome({
      "a.test.ts": `Deno.test("a", () => console.log("ok 2 - more\\nok 3 - more"));\n`,
    }, options),
    { "a.test.ts": "1/0/0" },
  );
});

inBothWays(
  "fails a file that throws before its first test, and one that has none",
  async (options) => {
    assert.deepEqual(
      await outcome({
        "empty.test.ts": "export {};\n",
        "fine.test.ts": `Deno.test("fine", () => {});\n`,
        "throws.test.ts": `throw new Error("no");\n`,
      }, options),
      { "empty.test.ts": "0/1/0", "fine.test.ts": "1/0/0", "throws.test.ts": "0/1/0" },
    );
  },
);

inBothWays("gives the files to several processes and reports each once", async (options) => {
  const one = `Deno.test("one", () => {});\n`;
  const none = "export {};\n";
  const files = { "a.test.ts": one, "b.test.ts": none, "c.test.ts": one };
  assert.deepEqual(Object.entries(await outcome(files, { ...options, processes: 2 })), [
    ["a.test.ts", "1/0/0"],
    ["b.test.ts", "0/1/0"],
    ["c.test.ts", "1/0/0"],
  ]);
});

Deno.test("runDenoTests fails as a whole where nothing compiles", async () => {
  assert.deepEqual(
    await outcome({ "a.test.ts": `Deno.test("a" () => {});\n` }),
    { "deno test": "0/1/0" },
  );
});

Deno.test("runDenoTests, in a group, fails only the file that does not compile", async () => {
  assert.deepEqual(
    await outcome({
      "a.test.ts": `Deno.test("a" () => {});\n`,
      "b.test.ts": `Deno.test("b", () => {});\n`,
    }, { isGroup: true }),
    { "a.test.ts": "0/1/0", "b.test.ts": "1/0/0" },
  );
});

inBothWays("fails a test that never ends by its name, and runs the next one", async (options) => {
  const waits = `setInterval(() => {}, 10); await new Promise(() => {});`;
  const [row, ...more] = await rowsOf({
    "a.test.ts": `
      Deno.test("waits", async () => { ${waits} });
      Deno.test({ name: "loops", async fn() { while (true) await new Promise(setTimeout); } });
      Deno.test("next", () => {});`,
  }, { ...options, limitMs: 500 });
  assert.deepEqual(more, []);
  assert.deepEqual([row?.passed, row?.failures.map(({ test }) => test)], [1, ["waits", "loops"]]);
  assert.match(row?.failures[0]?.detail ?? "", /still running after 0.5 s: ".*waits"/);
});

/**
 * A test that runs for 500 ms, so that Deno reports the previous test while this one is still
 * running.
 */
const REPORTED = `Deno.test("reported", () => new Promise((done) => setTimeout(done, 500)));\n`;
// The body of a test that kills its process and then loops for ever. The signal takes a moment to
// arrive. If the test returned before that, it would count as passed.
const ENDS = `Deno.kill(Deno.pid, "SIGKILL"); for (;;);`;

inBothWays("names the test that ends its process, and runs the files after it", async (options) => {
  const files = {
    "a.test.ts": `Deno.test("fine", () => {});\n${REPORTED}Deno.test("ends", () => { ${ENDS} });\n`,
    "b.test.ts": `Deno.test("later", () => {});\n`,
  };
  assert.deepEqual(await failuresOf(files, options), [
    ["a.test.ts", 2, ["ends"]],
    ["b.test.ts", 1, []],
  ]);
});

Deno.test("runDenoTests, in a group, names its first test if that ends the process", async () => {
  const fine = `Deno.test("fine", () => {});\n`;
  const files = { "a.test.ts": `Deno.test("ends", () => { ${ENDS} });\n`, "b.test.ts": fine };
  assert.deepEqual(await failuresOf(files, { isGroup: true }), [
    ["a.test.ts", 0, ["ends"]],
    ["b.test.ts", 1, []],
  ]);
});

Deno.test("runDenoTests, in a group, fails the file that ends the process as it is loaded", async () => {
  const fine = `Deno.test("fine", () => {});\n`;
  for (const ends of [`Deno.exit(0);`, `Deno.exit(3);`, ENDS]) {
    const files = { "a.test.ts": fine, "b.test.ts": `${fine}${ends}\n`, "c.test.ts": fine };
    assert.deepEqual(await failuresOf(files, { isGroup: true }), [
      ["a.test.ts", 1, []],
      ["b.test.ts", 0, ["the file is loaded"]],
      ["c.test.ts", 1, []],
    ]);
  }
});

/** A test that passes, but whose timer throws an error later, while the next test runs. */
const THROWS_LATE = `Deno.test({ name: "late", sanitizeOps: false, sanitizeResources: false, fn() {
  setTimeout(() => { throw new Error("of no test"); }, 300);
} });\n`;
const WAITS = `Deno.test("waits", () => new Promise((done) => setTimeout(done, 900)));\n`;

Deno.test("runDenoTests, in a group, reports an error outside of tests, and fails no file", async () => {
  const files = { "a.test.ts": THROWS_LATE, "b.test.ts": WAITS, "c.test.ts": WAITS };
  const rows = await rowsOf(files, { isGroup: true });
  const byName = Object.fromEntries(rows.map((row) => [row.name, row]));
  assert.deepEqual(Object.keys(byName).sort(), [
    "a.test.ts",
    "b.test.ts",
    "c.test.ts",
    "deno test",
  ]);
  assert.deepEqual(byName["b.test.ts"]?.failures, []);
  assert.deepEqual(byName["c.test.ts"]?.failures, []);
  assert.match(byName["deno test"]?.failures[0]?.detail ?? "", /of no test/);
});

Deno.test("runDenoTests, in a group, fails the file that causes an error outside of its tests", async () => {
  const files = { "a.test.ts": WAITS, "b.test.ts": THROWS_LATE + WAITS, "c.test.ts": WAITS };
  const rows = await rowsOf(files, { isGroup: true });
  const isFailed = rows.map(({ name, failures }) => [name, failures.length > 0]);
  assert.deepEqual(isFailed, [["a.test.ts", false], ["b.test.ts", true], ["c.test.ts", false]]);
});

inBothWays(
  "fails only the file whose promise is rejected as the file is loaded",
  async (options) => {
    const fine = `Deno.test("fine", () => {});\n`;
    const rejects = `${fine}Promise.reject(new Error("of the load"));\n`;
    const files = { "a.test.ts": fine, "b.test.ts": rejects, "c.test.ts": fine };
    const rows = await rowsOf(files, options);
    const isFailed = rows.map(({ name, failures }) => [name, failures.length > 0]);
    assert.deepEqual(isFailed, [["a.test.ts", false], ["b.test.ts", true], ["c.test.ts", false]]);
    assert.match(rows[1]?.failures[0]?.detail ?? "", /of the load/);
  },
);

Deno.test("runDenoTests, in a group, names the file that uses the option `only`", async () => {
  const only = `Deno.test.only("one", () => {});\n`;
  const files = { "a.test.ts": only, "b.test.ts": `Deno.test("fine", () => {});\n` };
  const rows = await rowsOf(files, { isGroup: true });
  const failures = rows.flatMap(({ failures }) => failures.map(({ detail }) => detail));
  assert.equal(failures.length, 1);
  assert.match(failures[0]!, /a\.test\.ts[^]*"only" option was used/);
});
