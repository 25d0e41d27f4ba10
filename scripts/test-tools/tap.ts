/**
 * Reads the Test Anything Protocol of pgTAP: a plan, results, and `#` lines about failures. This
 * reader is as strict as pg_prove. If pg_prove is installed, a full run uses pg_prove instead of
 * this reader.
 */
import type { Failure, Row } from "./suite.ts";

type Result = Omit<Row, "name" | "ms">;

const RESULT = /^(not )?ok\b\s*(\d*)\s*(?:- )?(.*?)(?:\s+#\s*(skip|todo)\b.*)?$/i;
const PLAN = /^1\.\.(\d+)/;

class TapReader {
  readonly failures: Failure[] = [];
  passed = 0;
  ignored = 0;
  #planned: number | undefined;
  #count = 0;
  #last: Failure | undefined;

  read(line: string): void {
    const plan = PLAN.exec(line);
    const result = RESULT.exec(line);
    if (line.startsWith("Bail out!")) this.#fail("Bail out!", line);
    else if (plan) this.#plan(Number(plan[1]));
    else if (line.startsWith("#") && this.#last) {
      this.#last.detail += `${line.replace(/^#\s?/, "")}\n`;
    } else if (result) this.#see(result);
  }

  #fail(test: string, detail: string): void {
    this.#last = { test, detail };
    this.failures.push(this.#last);
  }

  #plan(count: number): void {
    if (this.#planned !== undefined) this.#fail("plan", "the file has two plans");
    this.#planned = count;
  }

  #see([, not, number, name, directive]: RegExpExecArray): void {
    this.#count += 1;
    const todo = directive?.toLowerCase() === "todo";
    this.#last = undefined;
    if (not && !todo) this.#fail(name || `test ${number}`, "");
    else if (directive) this.ignored += 1;
    else this.passed += 1;
    // If a row contains two results, this reader counts them as one. The number of the next result
    // is then one higher than the count, so the file fails.
    if (number && Number(number) !== this.#count) {
      this.#fail(
        "sequence",
        `test ${number} has result ${this.#count} of the file: does an earlier row have two results?`,
      );
      this.#count = Number(number);
    }
  }

  end(): Result {
    if (this.#planned === undefined) {
      this.#fail("plan", "the file has no plan: add `select plan(n)`");
    } else if (this.#planned !== this.#count) {
      this.#fail("plan", `${this.#planned} tests were planned, ${this.#count} ran`);
    }
    const { passed, failures, ignored } = this;
    return { passed, failures, ignored };
  }
}

/**
 * Counts the results in one file's output. The file fails if it has no plan or two plans, if the
 * number of results differs from the plan, if results are out of order, or after `Bail out!`.
 */
export function readTap(output: string): Result {
  const reader = new TapReader();
  for (const line of output.split("\n")) reader.read(line);
  return reader.end();
}
