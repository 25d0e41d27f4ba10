/** Compares the files of a push with the commit before it. */
import { ROOT } from "../command/root.ts";

async function git(args: string[]): Promise<string | undefined> {
  const command = new Deno.Command("git", { args, cwd: ROOT, stderr: "null" });
  const ended = await command.output().catch(() => undefined);
  return ended?.success ? new TextDecoder().decode(ended.stdout) : undefined;
}

/**
 * Returns whether these paths are unchanged since the commit CI_BASE, which is the last commit
 * before the push. Without CI_BASE, compares with the previous commit. Returns false outside CI,
 * and if the checkout does not contain the commit.
 */
export async function isSameAsBefore(paths: readonly string[]): Promise<boolean> {
  if (Deno.env.get("CI") !== "true") return false;
  const base = Deno.env.get("CI_BASE") ?? "HEAD^";
  return await git(["diff", "--quiet", base, "--", ...paths]) !== undefined;
}

/**
 * Like `isSameAsBefore`, but returns false if CI_BASE is not set. A comparison with the previous
 * commit misses what the push's earlier commits have changed.
 */
export const isSameAsBase = async (paths: readonly string[]): Promise<boolean> =>
  Deno.env.has("CI_BASE") && await isSameAsBefore(paths);

/** Returns the file's text before the push; "" if the file is new or CI_BASE is not set. */
export async function textBefore(path: string): Promise<string> {
  const base = Deno.env.get("CI_BASE");
  return base === undefined ? "" : await git(["show", `${base}:${path}`]) ?? "";
}

export interface Changes {
  /** The paths of files that the push has added or changed. */
  readonly there: readonly string[];
  /** The files that were removed. A moved file counts as removed from its old path. */
  readonly gone: readonly string[];
}

/**
 * Returns what the push has changed; undefined outside CI, without CI_BASE, or if the checkout does
 * not contain that commit.
 */
export async function changesOfPush(): Promise<Changes | undefined> {
  const base = Deno.env.get("CI") === "true" ? Deno.env.get("CI_BASE") : undefined;
  if (base === undefined) return undefined;
  const said = await git(["diff", "--name-status", "--no-renames", "-z", base]);
  const fields = said?.split("\0");
  if (fields === undefined) return undefined;
  const [there, gone]: [string[], string[]] = [[], []];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    (fields[at] === "D" ? gone : there).push(fields[at + 1]!);
  }
  return { there, gone };
}
