/** The functions of an earlier revision, in a worktree of their own. */
import { withCleanup } from "@farthing/command-line";
import { ROOT } from "../../command/root.ts";
import { SettingsError } from "../../project/project-settings.ts";

const decoder = new TextDecoder();

async function git(...args: string[]): Promise<string> {
  const command = new Deno.Command("git", { args, cwd: ROOT, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  if (success) return decoder.decode(stdout).trim();
  throw new SettingsError(`git ${args.join(" ")}: ${decoder.decode(stderr).trim()}`);
}

/**
 * Returns the commit of the wanted revision. By default this is the revision before the current
 * one. It is the newest tag of an ancestor. Without a tag, it is the commit before the last change
 * of the functions.
 * @throws SettingsError if git knows no such revision
 */
export async function previousRevision(wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return await git("rev-parse", "--verify", `${wanted}^{commit}`);
  const tag = await git("describe", "--tags", "--abbrev=0", "HEAD^").catch(() => undefined);
  if (tag !== undefined) return await git("rev-parse", `${tag}^{commit}`);
  const last = await git("log", "-1", "--format=%H", "--", "supabase/functions");
  return await git("rev-parse", "--verify", `${last}^`);
}

export const nameOf = (revision: string): Promise<string> =>
  git("log", "-1", "--format=%h %s", revision);

/** Calls `use` with a folder that has this revision's files and its installed packages. */
export async function withRevision<T>(
  revision: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-rollback-" });
  await git("worktree", "add", "--detach", "--force", folder, revision);
  return await withCleanup(
    async () => void await git("worktree", "remove", "--force", folder),
    async () => {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "scripts/packages/main.ts"],
        cwd: folder,
      }).output();
      if (!success) {
        throw new Error(
          `The packages of ${revision} can't be installed: ${decoder.decode(stderr)}`,
        );
      }
      return await use(folder);
    },
  );
}
