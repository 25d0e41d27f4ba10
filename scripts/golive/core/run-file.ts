/**
 * The record of a run, written after each step, so that a run that was ended goes on where it was.
 */
import { ROOT } from "../../command/root.ts";
import type { Shown } from "./step.ts";

const FOLDER = `${ROOT}.farthing/golive`;

export interface Run {
  readonly id: string;
  readonly command: string;
  /** The project's address. A run is only continued on the same project and in the same mode. */
  readonly project: string;
  readonly mode: "test" | "live";
  readonly startedAt: string;
  readonly shown: readonly Shown[];
  /** Facts that steps leave for later ones, such as the id of an order. Never a secret. */
  readonly facts: Readonly<Record<string, string>>;
}

export const runFolder = (): string => FOLDER;

const fileOf = ({ project, command, mode }: Pick<Run, "project" | "command" | "mode">): string =>
  `${FOLDER}/${command}-${mode}-${new URL(project).host.replaceAll(":", "-")}.json`;

/** Returns the run that was ended before its last step, if there is one. */
export async function readRun(of: Pick<Run, "project" | "command" | "mode">): Promise<
  Run | undefined
> {
  const text = await Deno.readTextFile(fileOf(of)).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as Run;
}

/** Writes the record whole or not at all: a run that is killed meanwhile leaves the one before. */
export async function writeRun(run: Run): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const [file, next] = [fileOf(run), `${fileOf(run)}.${crypto.randomUUID()}`];
  await Deno.writeTextFile(next, JSON.stringify(run, null, 2));
  await Deno.rename(next, file);
}

/** Removes the record of a run that has ended by itself. */
export async function endRun(run: Run): Promise<void> {
  await Deno.remove(fileOf(run)).catch(() => {});
}
