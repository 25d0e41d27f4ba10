/** Formats the results of a run of mutants: each survivor, and a line for each area. */
import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import { type Area, FLOORS } from "./mutant.ts";
import type { MutantResult } from "./mutant-results.ts";

export interface Figures {
  readonly area: Area;
  readonly killed: number;
  readonly survived: number;
  readonly invalid: number;
  /** The fraction of the mutants that a test detected. Invalid mutants do not count. */
  readonly part: number;
  readonly isEnough: boolean;
}

/** Returns the figures of each area in which a mutant ran. */
export function figuresOf(results: readonly MutantResult[]): Figures[] {
  return (Object.keys(FLOORS) as Area[]).flatMap((area) => {
    const count = (is: MutantResult["is"]) =>
      results.filter((result) => result.area === area && result.is === is).length;
    const [killed, survived, invalid] = [count("killed"), count("survived"), count("invalid")];
    if (killed + survived + invalid === 0) return [];
    const part = killed / Math.max(1, killed + survived);
    return [{ area, killed, survived, invalid, part, isEnough: part >= FLOORS[area] }];
  });
}

export function formatSurvivor({ at, says, before, after }: MutantResult): string {
  return `${pc.yellow(at)}  ${says}\n  ${pc.red("-")} ${before}\n  ${pc.green("+")} ${after}`;
}

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;

export function formatFigures(figures: readonly Figures[]): string {
  const numbers = ["killed", "survived", "invalid", "noticed", "floor"].map((title) => ({
    title,
    align: "right" as const,
  }));
  return formatTable(
    [{ title: "area" }, ...numbers],
    figures.map(({ area, killed, survived, invalid, part, isEnough }) => [
      area,
      String(killed),
      String(survived),
      String(invalid),
      isEnough ? percent(part) : pc.red(percent(part)),
      percent(FLOORS[area]),
    ]),
  );
}
