/** Reads the Test Anything Protocol as pgTAP writes it: a plan, results, and `#` lines about what failed. */
import type { Failure, Row } from "./suite.ts";

type Result = Omit<Row, "name" | "ms">;

const RESULT = /^(not )?ok\b\s*(\d*)\s*(?:- )?(.*?)(?:\s+#\s*(skip|todo)\b.*)?$/i;

/**
 * Counts the results of one file's output. Without a plan, with another number of results than
 * planned, or after `Bail out!` the file has failed whatever its results say.
 */
export function readTap(output: string): Result {
  const failures: Failure[] = [];
  let passed = 0;
  let ignored = 0;
  let planned: number | null = null;
  let last: Failure | null = null;
  for (const line of output.split("\n")) {
    const [, not, number, name, directive] = RESULT.exec(line) ?? [];
    const plan = /^1\.\.(\d+)/.exec(line);
    if (line.startsWith("Bail out!")) failures.push({ test: "Bail out!", detail: line });
    else if (plan) planned = Number(plan[1]);
    else if (line.startsWith("#") && last) last.detail += `${line.replace(/^#\s?/, "")}\n`;
    else if (number !== undefined) {
      last = not && !directive ? { test: name || `test ${number}`, detail: "" } : null;
      if (last) failures.push(last);
      else if (directive) ignored += 1;
      else passed += 1;
    }
  }
  const count = passed + ignored + failures.filter(({ test }) => test !== "Bail out!").length;
  if (planned === null) {
    failures.push({ test: "plan", detail: "the file has no plan: select plan(n)" });
  } else if (planned !== count) {
    failures.push({ test: "plan", detail: `${planned} tests were planned, ${count} ran` });
  }
  return { passed, failures, ignored };
}
