/**
 * The options and the commit of a run. A later call resumes the run only if it has the same options
 * and the same commit.
 */
import { createHash } from "node:crypto";
import { ROOT } from "../../command/root.ts";
import type { Options } from "./options.ts";

/**
 * The commit that is checked out in this repository; "" without git, as in a downloaded archive.
 */
export async function commitHere(): Promise<string> {
  const git = new Deno.Command("git", { args: ["rev-parse", "HEAD"], cwd: ROOT, stderr: "null" });
  const { success, stdout } = await git.output().catch(() => ({ success: false, stdout: null }));
  return success && stdout !== null ? new TextDecoder().decode(stdout).trim() : "";
}

/** Returns the options by name. Only the hash of the email address is stored. */
export function askedOf(options: Options, commit: string): Record<string, string> {
  const { email } = options;
  return {
    "--flag": options.isFlagNamed ? options.flag : "",
    "--stages": options.stages.join(","),
    "--stage-seconds": String(options.stageSeconds),
    "--package": options.packageSlug,
    "--email": email === undefined ? "" : createHash("sha256").update(email).digest("hex"),
    "--to": options.revision ?? "",
    "--project": options.project ?? "",
    commit,
  };
}
