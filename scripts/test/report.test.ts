import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import {
  formatLeft,
  formatRecap,
  formatSuite,
  formatTotals,
  type Ran,
  totalsOf,
} from "./report.ts";

const ran = (rows: Ran["result"]["rows"], skipped: Ran["result"]["skipped"] = []): Ran => ({
  name: "unit",
  result: { rows, skipped },
  ms: 2_340,
});
const row = { name: "a.test.ts", passed: 3, failures: [], ignored: 0, ms: 40 };
const skip = { what: "pgTAP", why: "no PostgreSQL" };

Deno.test("formatSuite shows files, their sum, each failure and each skip with its reason", () => {
  const failures = [{ test: "adds", detail: "1 is not 2\nat here" }];
  const text = formatSuite(ran([row, { ...row, name: "b.test.ts", failures }], [skip]));
  assert.equal(
    stripVTControlCharacters(text),
    [
      `unit ${"─".repeat(56)}`,
      "  file       passed  failed  ignored   time",
      "  a.test.ts       3       0        0  40 ms",
      "  b.test.ts       3       1        0  40 ms",
      "  all             6       1        0  2.3 s",
      "  failed  b.test.ts: adds",
      "      1 is not 2",
      "      at here",
      "  skipped pgTAP: no PostgreSQL",
    ].join("\n"),
  );
});

Deno.test("formatRecap names what is not green in which suite, and is empty after a green run", () => {
  const detail = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n");
  const failed = { ...row, name: "b.test.ts", failures: [{ test: "adds", detail }] };
  const text = stripVTControlCharacters(
    formatRecap([ran([row]), ran([row, failed], [skip]), ran([])]),
  );
  assert.equal(
    text,
    [
      `not green: unit ${"─".repeat(45)}`,
      "  failed  b.test.ts: adds",
      ...Array.from({ length: 12 }, (_, at) => `      line ${at}`),
      "  skipped pgTAP: no PostgreSQL",
      `not green: unit ${"─".repeat(45)}`,
      "  failed  it ran nothing",
    ].join("\n"),
  );
  assert.equal(formatRecap([ran([row])]), "");
});

Deno.test("totalsOf counts a skip as a failure where everything has to run, and nowhere else", () => {
  const all = [ran([row, { ...row, ignored: 2 }], [skip])];
  assert.deepEqual(totalsOf(all, false), { passed: 6, failed: 0, skipped: 3 });
  assert.deepEqual(totalsOf(all, true), { passed: 6, failed: 1, skipped: 2 });
});

Deno.test("totalsOf fails a suite that ran nothing and gives no reason", () => {
  assert.deepEqual(totalsOf([ran([])], false), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("formatLeft names what is left to the full run, which is neither failed nor skipped", () => {
  const all = [ran([row]), { ...ran([]), result: { rows: [], skipped: [], left: ["all of it"] } }];
  assert.deepEqual(totalsOf(all, true), { passed: 3, failed: 0, skipped: 0 });
  assert.equal(formatRecap(all), "");
  assert.equal(
    stripVTControlCharacters(formatLeft(all)),
    [
      "not run here, but with CI_FULL=1 and before each release:",
      "  suite  left to the full run",
      "  unit   all of it",
      "",
    ].join("\n"),
  );
  assert.equal(formatLeft([ran([row])]), "");
});

Deno.test("formatTotals names skips only where there are some", () => {
  assert.equal(formatTotals({ passed: 3, failed: 1, skipped: 0 }), "3 passed, 1 failed");
  assert.equal(formatTotals({ passed: 3, failed: 0, skipped: 2 }), "3 passed, 0 failed, 2 skipped");
});
