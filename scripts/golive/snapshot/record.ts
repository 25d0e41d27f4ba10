/** The record of the last snapshot of a project. */
import type { Project } from "../command/project.ts";
import { runFolder } from "../core/run-file.ts";

export interface Snapshot {
  readonly file: string;
  readonly takenAt: string;
  readonly bytes: number;
  readonly sha256: string;
  /** When the dump was restored into a second database and proved; null if it was not. */
  readonly provedAt: string | null;
}

/**
 * The name must not begin with `snapshot-`: a file with such a name is the run record of the
 * command `snapshot`.
 */
const fileOf = ({ url, mode }: Project): string =>
  `${runFolder()}/restored-${mode}-${new URL(url).host.replaceAll(":", "-")}.json`;

export async function readSnapshot(project: Project): Promise<Snapshot | undefined> {
  const text = await Deno.readTextFile(fileOf(project)).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as Snapshot;
}

export async function writeSnapshot(project: Project, snapshot: Snapshot): Promise<void> {
  await Deno.mkdir(runFolder(), { recursive: true });
  await Deno.writeTextFile(fileOf(project), JSON.stringify(snapshot, null, 2));
}
