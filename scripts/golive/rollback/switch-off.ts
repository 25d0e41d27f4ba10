/** Switches flags off through the functions, or by SQL if the functions are the broken part. */
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { describeFlag, flagNow, flagsOfCanary } from "../shared/canary-flags.ts";
import {
  type FlagName,
  type Flags,
  readFlags,
  readFlagsBySql,
  setFlags,
  setFlagsBySql,
} from "../shared/flags.ts";

const REASON = "golive rollback";

/** Tries the functions, then SQL. @throws Error with both answers if neither helps */
async function anyhow<T>(
  { databaseUrl }: Project,
  byFunctions: () => Promise<T>,
  bySql: (url: string) => Promise<T>,
): Promise<readonly [T, string]> {
  try {
    return [await byFunctions(), "through the functions"];
  } catch (error) {
    const why = (error as Error).message;
    if (databaseUrl === undefined) {
      throw new Error(`${why} SUPABASE_DB_URL is not set, so SQL could not be tried.`);
    }
    return await bySql(databaseUrl).then(
      (done) => [done, `by SQL (${why})`] as const,
      (bad: Error) => Promise.reject(new Error(`${why} By SQL: ${bad.message}`)),
    );
  }
}

const read = (project: Project) => anyhow(project, () => readFlags(project), readFlagsBySql);

/** Returns the flags to switch off: the named one, or those that a canary has switched last. */
export function chosenFlags(
  named: FlagName | undefined,
  known: string | undefined,
  settings: Flags,
): FlagName[] {
  if (named !== undefined) return [named];
  const before = (known ?? "").split(",").filter((name) => name === "b2c" || name === "b2b");
  // After the first call the newest change is the rollback's, so the run remembers the names.
  if (before.length > 0) return before;
  const ofCanary = flagsOfCanary(settings);
  return ofCanary.length > 0 ? ofCanary : ["b2c"];
}

export async function flagsToSwitch({ project, options, facts }: Context) {
  const named = options.isFlagNamed ? options.flag : undefined;
  if (named !== undefined) return { names: [named], says: `--flag ${named}` };
  const [settings] = await read(project);
  const names = chosenFlags(undefined, facts["rollback.flags"], settings);
  const before = names.map((name) => describeFlag(name, flagNow(settings, name)));
  return { names, says: `before: ${before.join("; ")}` };
}

/** Returns how they were switched off. */
export async function switchOff(project: Project, names: readonly FlagName[]): Promise<string> {
  const changes = names.map((name) => ({ name, state: "off" as const }));
  const [, how] = await anyhow(
    project,
    () => setFlags(project, changes, REASON),
    (url) => setFlagsBySql(url, changes, REASON),
  );
  return how;
}

/** Returns the flags that are on, and those that are off, each with its newest change. */
export async function readAnyhow(project: Project, names: readonly FlagName[]) {
  const [settings] = await read(project);
  const lines = (isOff: boolean) =>
    names.map((name) => [name, flagNow(settings, name)] as const)
      .filter(([, now]) => (now?.state === "off") === isOff)
      .map(([name, now]) => describeFlag(name, now));
  return { on: lines(false), off: lines(true) };
}
