/**
 * Finds what has changed since the base. The base is the commit that a run in CI is compared with.
 */
import { ROOT } from "../command/root.ts";

async function git(args: string[]): Promise<string | undefined> {
  const command = new Deno.Command("git", { args, cwd: ROOT, stderr: "null" });
  const ended = await command.output().catch(() => undefined);
  return ended?.success ? new TextDecoder().decode(ended.stdout) : undefined;
}

/**
 * The file that contains the id of a commit. A run on that commit has passed, and that run also
 * included the suites whose files had not changed. If the id is 40 zeros (Git's null id), no such
 * commit is known.
 */
const PASSED = `${ROOT}.ci/passed`;

/**
 * Returns the base: CI_BASE, which is the last commit before the push, or else the commit in PASSED.
 * Returns undefined outside CI, and if CI_BASE is "".
 */
export async function baseOfRun(): Promise<string | undefined> {
  if (Deno.env.get("CI") !== "true") return undefined;
  const base = Deno.env.get("CI_BASE") ?? await Deno.readTextFile(PASSED).catch(() => "");
  return base.trim() || undefined;
}

/** Runs `git diff` between the base and the files on disk; undefined if Git lacks the base. */
const diff = (args: string[], base: string, paths: readonly string[]) =>
  git(["diff", ...args, "--end-of-options", base, "--", ...paths]);

/** Returns the paths of files that Git does not know yet, each followed by a zero byte. */
const untracked = (paths: readonly string[]) =>
  git(["ls-files", "-z", "--others", "--exclude-standard", "--", ...paths]);

/**
 * Returns whether none of these paths has changed since the base commit. Returns false if the base
 * is unknown, because a comparison with any other commit could miss earlier changes.
 */
export async function isSameAsBase(paths: readonly string[]): Promise<boolean> {
  const base = await baseOfRun();
  if (base === undefined) return false;
  return await diff(["--quiet"], base, paths) !== undefined && await untracked(paths) === "";
}

/** Returns the file's text in the base commit; "" if the file is new or the base is unknown. */
export async function textBefore(path: string): Promise<string> {
  const base = await baseOfRun();
  if (base === undefined) return "";
  return await git(["show", "--end-of-options", `${base}:${path}`]) ?? "";
}

export interface Changes {
  /** The paths of files that were added or changed. */
  readonly there: readonly string[];
  /** The files that were removed. A moved file counts as removed from its old path. */
  readonly gone: readonly string[];
}

/**
 * Returns what has changed since the base commit; undefined if the base is unknown or is not in the
 * checkout.
 */
export async function changesSinceBase(): Promise<Changes | undefined> {
  const base = await baseOfRun();
  if (base === undefined) return undefined;
  const fields = (await diff(["--name-status", "--no-renames", "-z"], base, []))?.split("\0");
  const added = (await untracked([]))?.split("\0");
  if (fields === undefined || added === undefined) return undefined;
  const [there, gone]: [string[], string[]] = [added.slice(0, -1), []];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    (fields[at] === "D" ? gone : there).push(fields[at + 1]!);
  }
  return { there, gone };
}
