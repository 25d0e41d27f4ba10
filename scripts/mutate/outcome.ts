/** What became of a mutant, and the file in which that stays until the code changes. */
import type { Area } from "./mutant.ts";

export interface Outcome {
  readonly key: string;
  readonly area: Area;
  /** `file:line` */
  readonly at: string;
  readonly says: string;
  readonly before: string;
  readonly after: string;
  /** `invalid`: it is no program, so nothing was tested. */
  readonly is: "killed" | "survived" | "invalid";
  /** The test that noticed. */
  readonly by: string;
  readonly ms: number;
}

export async function readOutcomes(file: string): Promise<Map<string, Outcome>> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const outcomes = text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Outcome);
  return new Map(outcomes.map((outcome) => [outcome.key, outcome]));
}

/** Written at once, so that a run that is broken off goes on where it was. */
export async function writeOutcome(file: string, outcome: Outcome): Promise<void> {
  await Deno.writeTextFile(file, `${JSON.stringify(outcome)}\n`, { append: true });
}
