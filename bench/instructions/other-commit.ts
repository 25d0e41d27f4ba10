/**
 * Reads the files that the benchmark needs from another commit of this repository, and writes them
 * into a directory.
 */
import { ROOT } from "../../scripts/command/root.ts";
import { UsageError } from "../command/options.ts";

/** A directory with the ledger's files of one version of this repository. */
export interface Tree {
  /** The commit, or "here" for the current files. The database has the same name. */
  name: string;
  root: string;
}

export const THIS_TREE: Tree = { name: "here", root: ROOT };

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd: ROOT }).output();
  if (!success) throw new UsageError(`${command}: ${new TextDecoder().decode(stderr).trim()}`);
}

/**
 * @throws UsageError if Git does not have the commit; in a shallow clone, `git fetch --unshallow`
 *   gets it
 */
export async function takeCommit(commit: string, into: string): Promise<Tree> {
  const root = `${into}/${commit}/`;
  await Deno.mkdir(root);
  const archive = `${into}/${commit}.tar`;
  await run("git", ["archive", "--output", archive, commit, "supabase", "bench/database"]);
  await run("tar", ["-xf", archive, "-C", root]);
  return { name: commit, root };
}
