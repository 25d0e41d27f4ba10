/** Switches flags off through the functions, or by SQL if the functions are the broken part. */
import { waitFor } from "@farthing/command-line";
import { SettingsChanged } from "../../../supabase/functions/_shared/contracts/settings/changes.ts";
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf, said } from "../shared/ask.ts";
import { describeFlag, flagNow } from "../shared/canary-flags.ts";
import { type FlagChange, type FlagName, readFlags } from "../shared/flags.ts";
import { readFlagsBySql, setFlagsBySql } from "../shared/flags-by-sql.ts";
import { chosenFlags, isOn, SALES } from "./chosen-flags.ts";

const REASON = "golive rollback";

const CHANGE_TIMEOUT_MS = 10_000;

/** How long the functions may take to respond before a rollback uses SQL instead. */
const ROLLBACK_MS = 5_000;

/** Uses the functions, or SQL if they fail. @throws Error with both messages if both fail */
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
      throw new Error(
        `The functions failed (${why}). Set SUPABASE_DB_URL, so that the flag can be read and set by SQL.`,
      );
    }
    return await bySql(databaseUrl).then(
      (done) => [done, `by SQL (${why})`] as const,
      (bad: Error) =>
        Promise.reject(
          new Error(
            `The functions failed (${why}), and the attempt by SQL failed too: ${bad.message}`,
          ),
        ),
    );
  }
}

const read = (project: Project) =>
  anyhow(project, () => readFlags(project, ROLLBACK_MS), readFlagsBySql);

/**
 * Sets flags in one change. If somebody else changes the settings at the same time, tries again and
 * overwrites their change. Only a rollback may overwrite it.
 */
async function setFlags(
  project: Project,
  flags: readonly FlagChange[],
  reason: string,
): Promise<void> {
  let last = "";
  const done = await waitFor(async () => {
    const { version } = await readFlags(project, ROLLBACK_MS).catch((error) => {
      last = error.message;
      throw error;
    });
    const body = { flags, version, reason };
    const reply = await ask(project, "settings/flags", { body, timeoutMs: ROLLBACK_MS });
    last = said(reply);
    if (reply.status === 409) return undefined;
    return () => dataOf(reply, 200, SettingsChanged);
  }, CHANGE_TIMEOUT_MS);
  if (done === undefined) throw new Error(`The flags could not be set: ${last}.`);
  done();
}

export async function flagsToSwitch({ project, options, facts }: Context) {
  const named = options.isFlagNamed ? options.flag : undefined;
  if (named !== undefined) return { names: [named], says: `--flag ${named}` };
  const [settings] = await read(project);
  const names = chosenFlags(undefined, facts["rollback.flags"], settings);
  const before = names.map((name) => describeFlag(name, flagNow(settings, name)));
  return { names, says: `before: ${before.join("; ")}` };
}

/**
 * Switches the flags off. Returns how, as a text for the evidence: "through the functions", or "by
 * SQL" with the reason.
 */
export async function switchOff(
  project: Project,
  names: readonly FlagName[],
  reason = REASON,
): Promise<string> {
  const changes = names.map((name) => ({ name, state: "off" as const }));
  const [, how] = await anyhow(
    project,
    () => setFlags(project, changes, reason),
    (url) => setFlagsBySql(url, changes, reason),
  );
  return how;
}

/**
 * Returns three lists, with a line for each flag: the named flags that are on, the named flags that
 * are off, and the other flags that are on.
 */
export async function readAnyhow(project: Project, names: readonly FlagName[]) {
  const [settings] = await read(project);
  const lines = (isOff: boolean) =>
    names.map((name) => [name, flagNow(settings, name)] as const)
      .filter(([, now]) => (now?.state === "off") === isOff)
      .map(([name, now]) => describeFlag(name, now));
  const others = SALES.filter((name) => !names.includes(name) && isOn(settings, name))
    .map((name) => `not part of this rollback: ${describeFlag(name, flagNow(settings, name))}`);
  return { on: lines(false), off: lines(true), others };
}
