/** A free job that exports the ledger to a file. */
import { Exact } from "../../rates/exact.ts";
import { look, readFile, startExport } from "./job-endpoints.ts";
import { follow } from "./follow-job.ts";
import { formatFacts } from "./terminal-text.ts";
import { countRows } from "./ledger-lines.ts";
import { type RunContext, sayHeading } from "./run-context.ts";
import type { Scenario } from "./compare-jobs.ts";

export async function playExport(
  context: RunContext,
): Promise<{ scenario: Scenario; csv: string }> {
  const { buyer, progress, run, say } = context;
  sayHeading(context, "The ledger, exported as CSV");
  const { id, retryAfter } = await startExport(buyer);
  const { last } = await follow(retryAfter, {
    look: (etag) => look(buyer, id, etag),
    wait: (seconds, known) => progress.wait(seconds, known),
  });
  progress.clear();
  const csv = await readFile(buyer, id);
  say(
    formatFacts([["file", `${countRows(csv)} rows, ${csv.length.toLocaleString("en-US")} bytes`]]),
  );
  const scenario: Scenario = {
    name: "export",
    mark: `${run}-6`,
    reference: `job:${id}:`,
    shown: new Exact(0),
    ended: last.status,
    wanted: "completed",
  };
  return { scenario, csv };
}
