/** Checks that the tests detect a sample of deliberate mistakes. */
import { FLOORS } from "../../mutate/mutant.ts";
import { figuresOf, formatSurvivor } from "../../mutate/report.ts";
import { runSession, type Session } from "../../mutate/session.ts";
import { endLongLivedServer } from "../../test-tools/long-lived/project.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";

/**
 * The sample of mutants, which takes eleven minutes on two cores. It has 8 random mutants in each
 * area. By default, `deno task mutate` draws 100.
 */
const SAMPLE = { areas: ["sql", "functions"] as const, random: 8, seed: 20261122, most: 24 };

/**
 * This many mutants of an area may survive even if the area is then below its minimum, which FLOORS
 * in mutant.ts defines. In a small sample, a single mutant changes the result too much.
 */
const MAY_SURVIVE = 1;

function isEnough({ results }: Session, area: keyof typeof FLOORS): boolean {
  const survived = results.filter((each) => each.area === area && each.is === "survived").length;
  return survived <= MAY_SURVIVE ||
    figuresOf(results).every((each) => each.area !== area || each.isEnough);
}

async function rowsOf(results: string): Promise<Row[]> {
  const session = await runSession({ ...SAMPLE, again: false, results }, () => {});
  const survivors = session.results.filter(({ is }) => is === "survived");
  return await Promise.all(SAMPLE.areas.map((area) => {
    const of = session.results.filter((each) => each.area === area);
    return checked(`${of.length} mistakes in ${area} are noticed`, () => {
      if (isEnough(session, area)) return Promise.resolve();
      const told = survivors.filter((each) => each.area === area).map(formatSurvivor);
      return Promise.reject(new Error(`no test detected these mistakes:\n${told.join("\n")}`));
    });
  }));
}

export const mutants: Suite = {
  name: "mutants",
  about: "mistakes made on purpose, a sample of deno task mutate (when named)",
  async run() {
    const directory = await Deno.makeTempDir({ prefix: "farthing-mutants-" });
    try {
      return { rows: await rowsOf(`${directory}/results.jsonl`), skipped: [] };
    } finally {
      if (Deno.env.get("CI") === "true") await endLongLivedServer(); // In CI, no later run uses the server.
      await Deno.remove(directory, { recursive: true });
    }
  },
};
