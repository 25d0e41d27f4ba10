/**
 * Reads the output of `deno test --reporter=tap` line by line. Deno's JUnit report is not used: it
 * lists a test under the module that called `Deno.test`, and this can be a helper instead of the
 * test file.
 */
import type { Failure, Row } from "./suite.ts";
import { readName } from "./test-names.ts";

const SUBTEST = "# Subtest: ";
const RESULT = /^(?: {4})?(not )?ok \d+ - (.*?)( # SKIP)?$/;
/**
 * Matches the message of a test that failed only because its steps failed. Each failed step counts
 * as a failure, so the test itself does not count again.
 */
const BY_STEPS = /^\d+ test steps? failed/;

export class DenoTapReader {
  readonly rows: Row[] = [];
  /** Whether the report has its last line. Without that line, the process ended too early. */
  isWhole = false;
  readonly #isGroup: boolean;
  #started = 0;
  #steps = 0;
  #last: Failure | undefined;

  /**
   * @param isGroup whether one module loads all files. If so, the name of each test begins with the
   *   path of its file
   */
  constructor(isGroup = false) {
    this.#isGroup = isGroup;
  }

  /**
   * Reads one line.
   * @param now the time in milliseconds, from which each file's duration is computed
   */
  read(line: string, now: number): void {
    const file = /^# \.\/(.*)$/.exec(line)?.[1];
    const result = RESULT.exec(line);
    if (/^1\.\.\d+$/.test(line)) this.isWhole = true;
    else if (line.startsWith(SUBTEST)) this.#beginSteps(line.slice(SUBTEST.length), now);
    else if (line.startsWith("# ") && this.#isGroup) this.#started = now;
    else if (file !== undefined) this.#begin(file, now);
    else if (result) this.#count(line.startsWith(" "), result, now);
    else if (/^\s+\{"message":/.test(line)) this.#explain(line);
    const row = this.rows.at(-1);
    if (row) row.ms = now - this.#started;
  }

  #begin(name: string, now: number): void {
    // The report of a group of files has no header for each file, so the duration of a file is
    // counted from the end of the previous file.
    const last = this.rows.at(-1);
    if (!this.#isGroup) this.#started = now;
    else if (last) this.#started += last.ms;
    this.rows.push({ name, passed: 0, failures: [], ignored: 0, ms: 0 });
    this.#last = undefined;
  }

  /**
   * Returns a test's name without its file. If a group's report has reached the first test of
   * another file, also starts the row of that file.
   */
  #ownName(full: string, now: number): string {
    if (!this.#isGroup) return full;
    const { file, name } = readName(full);
    if (file !== undefined && this.rows.at(-1)?.name !== file) this.#begin(file, now);
    return name;
  }

  #beginSteps(test: string, now: number): void {
    this.#ownName(test, now);
    this.#steps = 0;
  }

  #count(isStep: boolean, [, not, full = "", skip]: RegExpExecArray, now: number): void {
    const name = isStep ? full : this.#ownName(full, now);
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
