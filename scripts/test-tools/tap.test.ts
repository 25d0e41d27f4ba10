import assert from "node:assert/strict";
import { readTap } from "./tap.ts";

Deno.test("readTap counts passed, failed and skipped tests, with the diagnostics of failures", () => {
  const output = [
    "1..5",
    "ok 1 - a debit takes the oldest lot",
    "not ok 2 - prove finds nothing",
    '# Failed test 2: "prove finds nothing"',
    "#     have: 1",
    "ok 3 - later # SKIP no pg_cron here",
    "not ok 4 - some day # todo",
    "ok 5",
    "# Looks like you failed 1 test of 5",
  ].join("\n");
  const { passed, ignored, failures } = readTap(output);
  assert.deepEqual([passed, ignored, failures.length], [2, 2, 1]);
  assert.equal(failures[0]!.test, "prove finds nothing");
  assert.match(failures[0]!.detail, /have: 1/);
});

Deno.test("readTap fails a file that ran fewer tests than it planned", () => {
  assert.equal(readTap("1..2\nok 1 - one").failures[0]!.test, "plan");
});

Deno.test("readTap fails a file without a plan, which may have ended anywhere", () => {
  assert.equal(readTap("ok 1 - one").failures[0]!.test, "plan");
});

Deno.test("readTap fails a file that bailed out although its results passed", () => {
  assert.deepEqual(
    readTap("1..1\nok 1 - one\nBail out! no database").failures.map(({ test }) => test),
    ["Bail out!"],
  );
});

Deno.test("readTap refuses two results in one row, as pg_prove does", () => {
  for (const row of ["ok 1 - oneok 2 - two", "ok 1 - one|ok 2 - two"]) {
    const { failures } = readTap(`${row}\nok 3 - three\n1..3`);
    assert.deepEqual(failures.map(({ test }) => test), ["sequence"], row);
  }
});

Deno.test("readTap refuses a second plan, and a failure that calls itself skipped", () => {
  const failing = (output: string) => readTap(output).failures.map(({ test }) => test);
  assert.deepEqual(failing("1..1\nok 1 - one\n1..1"), ["plan"]);
  assert.deepEqual(failing("1..1\nnot ok 1 - one # SKIP no"), ["one"]);
});

Deno.test("readTap ignores words that begin like a result", () => {
  assert.equal(readTap("1..1\nokay then\nok 1 - one").passed, 1);
});
