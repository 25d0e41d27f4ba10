/** The result of a mutant, and the file that stores it until the code changes. */
import type { Area } from "./mutant.ts";

export interface MutantResult {
  readonly key: string;
  readonly area: Area;
  /** Where the code was changed, as `file:line`. */
  readonly at: string;
  readonly says: string;
  readonly before: string;
  readonly after: string;
  /** `invalid`: the mutant does not compile or migrate, so no test ran. */
  readonly is: "killed" | "survived" | "invalid";
  /** The test that detected the mutant, or why the mutant is invalid; empty if it survived. */
  readonly by: string;
  readonly ms: number;
}

export async function readResults(file: string): Promise<Map<string, MutantResult>> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const results = text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as MutantResult);
  return new Map(results.map((result) => [result.key, result]));
}

/** Writes a result immediately, so that an interrupted run can continue where it stopped. */
export async function writeResult(file: string, result: MutantResult): Promise<void> {
  await Deno.writeTextFile(file, `${JSON.stringify(result)}\n`, { append: true });
}
