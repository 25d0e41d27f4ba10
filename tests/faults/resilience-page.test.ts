/** docs/decisions/resilience.md shows the same numbers as the code. */
import { deepEqual } from "node:assert/strict";
import {
  EXTERNAL_SERVICES,
  type ServiceName,
} from "../../supabase/functions/_shared/resilience/external-services.ts";

const PAGE = new URL("../../docs/decisions/resilience.md", import.meta.url);
const NAMES = Object.keys(EXTERNAL_SERVICES) as ServiceName[];

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

Deno.test("the page on resilience shows the numbers of the code", async () => {
  const lines = (await Deno.readTextFile(PAGE)).split("\n").filter((line) => line.startsWith("|"));
  const rows = lines.map(cellsOf).filter(([name]) => NAMES.includes(name as ServiceName));
  const held = NAMES.map((name) => {
    const { timeoutMs, retries, firstDelayMs, longestDelayMs } = EXTERNAL_SERVICES[name];
    const { breakAfter, halfOpenAfterMs } = EXTERNAL_SERVICES[name];
    const numbers = [timeoutMs, retries, firstDelayMs, longestDelayMs, breakAfter, halfOpenAfterMs];
    return [name, ...numbers.map(String)];
  });
  deepEqual(rows, held);
});
