/**
 * The record of a run. It is written after each step, so that an interrupted run can go on after
 * its last step.
 */
import { z } from "zod";
import { ROOT } from "../../command/root.ts";
import { SettingsError } from "../../project/project-settings.ts";
import type { Shown } from "./step.ts";

const FOLDER = `${ROOT}.farthing/golive`;

const Stored = z.object({
  code: z.string(),
  title: z.string(),
  source: z.enum(["stripe", "credits", "ledger", "project"]),
  state: z.enum(["ok", "warning", "failed", "skipped"]),
  evidence: z.array(z.string()),
  fix: z.string().optional(),
  startedAt: z.string(),
  ms: z.number(),
  beginsAnew: z.boolean().optional(),
  ends: z.boolean().optional(),
  isRequired: z.boolean().optional(),
  isFromBefore: z.boolean().optional(),
});

const Run = z.object({
  id: z.uuid(),
  command: z.string(),
  project: z.string(),
  mode: z.enum(["test", "live"]),
  startedAt: z.iso.datetime(),
  asked: z.record(z.string(), z.string()),
  shown: z.array(Stored),
  facts: z.record(z.string(), z.string()),
});

export interface Run {
  readonly id: string;
  readonly command: string;
  /**
   * The project's address. A later call continues the run only on the same project and in the same
   * mode.
   */
  readonly project: string;
  readonly mode: "test" | "live";
  readonly startedAt: string;
  /** The options that the person has given, by name. A run goes on only with the same options. */
  readonly asked: Readonly<Record<string, string>>;
  readonly shown: readonly Shown[];
  /** Facts that steps store for later steps, such as the id of an order. No fact is a secret. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The fields of a run that identify its record. */
export type RunOf = Pick<Run, "project" | "command" | "mode">;

export const runFolder = (): string => FOLDER;

export const fileOf = ({ project, command, mode }: RunOf): string =>
  `${FOLDER}/${command}-${mode}-${new URL(project).host.replaceAll(":", "-")}.json`;

function parsed(text: string): Run | undefined {
  try {
    return Run.safeParse(JSON.parse(text)).data as Run | undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the run that was interrupted before its last step, if there is one.
 * @throws SettingsError if the record is damaged, or is of another project, command or mode
 */
export async function readRun(of: RunOf): Promise<Run | undefined> {
  const file = fileOf(of);
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new SettingsError(`The run's record can't be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const run = parsed(text);
  if (run === undefined) {
    throw new SettingsError(`${file} is not the record of a run: add --again to begin anew.`);
  }
  const other = (["project", "command", "mode"] as const).find((name) => run[name] !== of[name]);
  if (other === undefined) return run;
  // A copied file must not add the findings of another project to this project's report.
  throw new SettingsError(
    `${file} is the record of a run with another ${other}: add --again to begin anew.`,
  );
}

/** Writes the record whole or not at all: if the run is killed meanwhile, the old record stays. */
export async function writeRun(run: Run): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const [file, next] = [fileOf(run), `${fileOf(run)}.${crypto.randomUUID()}`];
  await Deno.writeTextFile(next, JSON.stringify(run, null, 2));
  await Deno.rename(next, file);
}

/** Removes the record of a run, so that no later call resumes the run. */
export async function endRun(run: RunOf): Promise<void> {
  await Deno.remove(fileOf(run)).catch(() => {});
}
