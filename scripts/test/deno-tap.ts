/**
 * Reads what `deno test --reporter=tap` writes, line by line as it comes. Its other machine-readable
 * report, JUnit, files a test under the module that called `Deno.test`, which need not be the test file.
 */
import type { Failure, Row } from "./suite.ts";

const RESULT = /^(?: {4})?(not )?ok \d+ - (.*?)( # SKIP)?$/;
/** What a test, or a step, says that failed by its steps alone; they are counted in its place. */
const BY_STEPS = /^\d+ test steps? failed/;

export class DenoTapReader {
  readonly rows: Row[] = [];
  /** The report has its last line; one that has not was broken off. */
  isWhole = false;
  #started = 0;
  #steps = 0;
  #last: Failure | undefined;

  /** `now` in milliseconds, of any one clock: it measures how long a file took. */
  read(line: string, now: number): void {
    const file = /^# \.\/(.*)$/.exec(line)?.[1];
    const result = RESULT.exec(line);
    if (/^1\.\.\d+$/.test(line)) this.isWhole = true;
    else if (file !== undefined) this.#begin(file, now);
    else if (line.startsWith("# Subtest: ")) this.#steps = 0;
    else if (result) this.#count(line.startsWith(" "), result);
    else if (/^\s+\{"message":/.test(line)) this.#explain(line);
    const row = this.rows.at(-1);
    if (row) row.ms = now - this.#started;
  }

  #begin(name: string, now: number): void {
    this.rows.push({ name, passed: 0, failures: [], ignored: 0, ms: 0 });
    this.#started = now;
    this.#last = undefined;
  }

  #count(isStep: boolean, [, not, name = "", skip]: RegExpExecArray): void {
    const row = this.rows.at(-1);
    if (!row) return;
    if (skip) row.ignored += 1;
    else if (not) {
      this.#last = { test: name.replaceAll("\\#", "#"), detail: "" };
      row.failures.push(this.#last);
    } else if (isStep || this.#steps === 0) row.passed += 1;
    this.#steps = isStep ? this.#steps + 1 : 0;
  }

  #explain(line: string): void {
    const { message } = JSON.parse(line) as { message: string };
    const row = this.rows.at(-1);
    if (!row || !this.#last) return;
    this.#last.detail = message;
    if (BY_STEPS.test(message)) row.failures = row.failures.filter((each) => each !== this.#last);
  }
}
