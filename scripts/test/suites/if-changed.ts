/** Runs a suite if a file that it depends on has changed, or if the run is full. */
import { fingerprint } from "../../test-tools/long-lived/fingerprint.ts";
import { FOLDER as LONG_LIVED } from "../../test-tools/long-lived/lock.ts";
import { isSameAsBase } from "../../test-tools/changes-since-base.ts";
import type { SuiteResult } from "../../test-tools/suite.ts";

/** Whether the suite has passed and no part was skipped. */
function isGreen({ rows, skipped }: SuiteResult): boolean {
  return rows.length > 0 && skipped.length === 0 && rows.every((row) => row.failures.length === 0);
}

/**
 * Runs the suite. A run that is not full leaves the suite out if none of the files has changed. In
 * CI, the files are compared with the base commit. Elsewhere, they are compared with the files with
 * which the suite last passed in this checkout.
 * @param madeOf files and folders, relative to the repository's root
 */
export async function ifChanged(
  { name, madeOf, isFull }: { name: string; madeOf: string[]; isFull: boolean },
  run: () => Promise<SuiteResult>,
): Promise<SuiteResult> {
  /** The file that contains the fingerprint of the last complete run that passed. */
  const record = `${LONG_LIVED}/${name}.passed`;
  const files = await fingerprint(madeOf, () => true);
  const isSame = Deno.env.get("CI") === "true"
    ? await isSameAsBase(madeOf)
    : await Deno.readTextFile(record).catch(() => undefined) === files;
  if (!isFull && isSame) {
    return { rows: [], skipped: [], left: ["all of it, because it has not changed"] };
  }
  const result = await run();
  if (!isGreen(result)) return result;
  await Deno.mkdir(LONG_LIVED, { recursive: true });
  await Deno.writeTextFile(record, files);
  return result;
}
