/** Finds what a push has changed, by comparing it with the commit before it. */
import { ROOT } from "../command/root.ts";

async function git(args: string[]): Promise<string | undefined> {
  const command = new Deno.Command("git", { args, cwd: ROOT, stderr: "null" });
  const ended = await command.output().catch(() => undefined);
  return ended?.success ? new TextDecoder().decode(ended.stdout) : undefined;
}

/** The last commit before the push; undefined outside CI, and if the run does not name it. */
const baseOfPush = () => Deno.env.get("CI") === "true" ? Deno.env.get("CI_BASE") : undefined;

/**
 * Returns whether the push has changed none of these paths. Returns false if the base is unknown,
 * because a comparison with any other commit could miss what the push's earlier commits have
 * changed.
 */
export async function isSameAsBase(paths: readonly string[]): Promise<boolean> {
  const base = baseOfPush();
  if (base === undefined) return false;
  return await git(["diff", "--quiet", base, "--", ...paths]) !== undefined;
}

/** Returns the file's text before the push; "" if the file is new or the base is unknown. */
export async function textBefore(path: string): Promise<string> {
  const base = baseOfPush();
  return base === undefined ? "" : await git(["show", `${base}:${path}`]) ?? "";
}

export interface Changes {
  /** The paths of files that the push has added or changed. */
  readonly there: readonly string[];
  /** The files that were removed. A moved file counts as removed from its old path. */
  readonly gone: readonly string[];
}

/**
 * Returns what the push has changed; undefined if the base is unknown or the checkout does not
 * contain it.
 */
export async function changesOfPush(): Promise<Changes | undefined> {
  const base = baseOfPush();
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
