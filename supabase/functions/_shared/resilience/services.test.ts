import assert from "node:assert/strict";
import { DEADLINE_MS, RUNNER_DEADLINE_MS } from "../http/deadline.ts";
import { OUTSIDE, type ServiceName } from "./services.ts";

const PAGE = new URL("../../../../docs/decisions/resilience.md", import.meta.url);
const NAMES = Object.keys(OUTSIDE) as ServiceName[];

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

Deno.test("the page on resilience shows the numbers that hold", async () => {
  const lines = (await Deno.readTextFile(PAGE)).split("\n").filter((line) => line.startsWith("|"));
  const rows = lines.map(cellsOf).filter(([name]) => NAMES.includes(name as ServiceName));
  const held = NAMES.map((name) => {
    const { timeoutMs, retries, firstDelayMs, longestDelayMs } = OUTSIDE[name];
    const { breakAfter, halfOpenAfterMs } = OUTSIDE[name];
    const numbers = [timeoutMs, retries, firstDelayMs, longestDelayMs, breakAfter, halfOpenAfterMs];
    return [name, ...numbers.map(String)];
  });
  assert.deepEqual(rows, held);
});

Deno.test("no service is waited for longer than those who ask it have", () => {
  for (const name of NAMES) {
    const { timeoutMs, retries, longestDelayMs } = OUTSIDE[name];
    // Time-outs are not tried again, so this is the longest that a call can take.
    const longestMs = timeoutMs + retries * longestDelayMs;
    assert(longestMs < (name === "ai" ? RUNNER_DEADLINE_MS : DEADLINE_MS), name);
  }
});
