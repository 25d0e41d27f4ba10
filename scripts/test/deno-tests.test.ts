import assert from "node:assert/strict";
import { findTests, runDenoTests } from "./deno-tests.ts";
import type { Row } from "./suite.ts";

/** Runs the given files by a Deno of its own. */
async function rowsOf(
  files: Record<string, string>,
  options: { jobs?: number; limitMs?: number } = {},
): Promise<Row[]> {
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

/** The same as `passed/failed/ignored` of each file. */
async function outcome(files: Record<string, string>, jobs = 1): Promise<Record<string, string>> {
  const rows = await rowsOf(files, { jobs });
  return Object.fromEntries(
    rows.map(({ name, passed, failures, ignored }) => [
      name,
      `${passed}/${failures.length}/${ignored}`,
    ]),
  );
}

Deno.test("runDenoTests reports each file, and the steps of a test instead of the test", async () => {
  const steps =
    `async (t) => { await t.step("x", () => {}); await t.step("y", () => { throw 1; }); }`;
  assert.deepEqual(
    await outcome({
      "a.test.ts": `Deno.test("a", () => {});\nDeno.test.ignore("b", () => {});\n`,
      "b.test.ts": `Deno.test("steps", ${steps});\nDeno.test("c", () => {});\n`,
      "not-a-test.ts": `throw new Error("never run");\n`,
    }),
    { "a.test.ts": "1/0/1", "b.test.ts": "2/1/0" },
  );
});

Deno.test("runDenoTests reports a test by its file, wherever the test was made", async () => {
  assert.deepEqual(
    await outcome({
      "make.ts": `export const make = (name: string) => Deno.test(name, () => {});\n`,
      "a.test.ts": `import { make } from "./make.ts";\nmake("a");\nmake("b");\n`,
      "b.test.ts": `import { make } from "./make.ts";\nmake("a");\n`,
    }),
    { "a.test.ts": "2/0/0", "b.test.ts": "1/0/0" },
  );
});

Deno.test("runDenoTests is not taken in by a test that prints results", async () => {
  assert.deepEqual(
    await outcome({
      "a.test.ts": `Deno.test("a", () => console.log("ok 2 - more\\nok 3 - more"));\n`,
    }),
    { "a.test.ts": "1/0/0" },
  );
});

Deno.test("runDenoTests fails a file that fell before its first test, and one that has none", async () => {
  assert.deepEqual(
    await outcome({
      "empty.test.ts": "export {};\n",
      "fallen.test.ts": `throw new Error("no");\n`,
      "fine.test.ts": `Deno.test("fine", () => {});\n`,
    }),
    { "empty.test.ts": "0/1/0", "fallen.test.ts": "0/1/0", "fine.test.ts": "1/0/0" },
  );
});

Deno.test("runDenoTests deals the files out to several processes and reports each once", async () => {
  const one = `Deno.test("one", () => {});\n`;
  const none = "export {};\n";
  const rows = await outcome({ "a.test.ts": one, "b.test.ts": none, "c.test.ts": one }, 2);
  assert.deepEqual(Object.entries(rows), [
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

Deno.test("runDenoTests fails a test that waits for ever by its name, and runs the next", async () => {
  const waits = `setInterval(() => {}, 10); await new Promise(() => {});`;
  const [row, ...more] = await rowsOf({
    "a.test.ts": `
      Deno.test("waits", async () => { ${waits} });
      Deno.test({ name: "loops", async fn() { while (true) await new Promise(setTimeout); } });
      Deno.test("next", () => {});`,
  }, { limitMs: 500 });
  assert.deepEqual(more, []);
  assert.deepEqual([row?.passed, row?.failures.map(({ test }) => test)], [1, ["waits", "loops"]]);
  assert.match(row?.failures[0]?.detail ?? "", /still running after 0.5 s: "waits"/);
});

Deno.test("runDenoTests names the test that ends its process, and runs the files after it", async () => {
  // The signal ends the process some time later: a test that returned meanwhile would have passed.
  const ends = `Deno.kill(Deno.pid, "SIGKILL"); for (;;);`;
  const rows = await rowsOf({
    "a.test.ts": `Deno.test("fine", () => {});\nDeno.test("ends", () => { ${ends} });\n`,
    "b.test.ts": `Deno.test("later", () => {});\n`,
  });
  assert.deepEqual(
    rows.map(({ name, passed, failures }) => [name, passed, failures.map(({ test }) => test)]),
    [["a.test.ts", 1, ["ends"]], ["b.test.ts", 1, []]],
  );
});
