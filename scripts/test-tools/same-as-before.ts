/** Compares the files of a push with the commit before it. */
import { ROOT } from "../command/root.ts";

/**
 * Whether git shows no change in these paths since the commit CI_BASE, the one before the push.
 * Without CI_BASE, compares with the previous commit. Returns false outside CI, and if the checkout
 * does not contain that commit.
 */
export async function isSameAsBefore(paths: readonly string[]): Promise<boolean> {
  if (Deno.env.get("CI") !== "true") return false;
  const base = Deno.env.get("CI_BASE") ?? "HEAD^";
  const command = new Deno.Command("git", {
    args: ["diff", "--quiet", base, "--", ...paths],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}
