/**
 * The version of Deno with which the hosted runtime is compatible. The hosted runtime lacks the
 * APIs of later versions.
 */
import { fileURLToPath } from "node:url";
import { StackError } from "../core/stack-error.ts";
import type { IsolateProgram } from "./isolate-process.ts";

export const HOSTED_DENO = "2.1.4";

/**
 * The environment for the hosted version of Deno. It has a cache directory of its own, because two
 * versions of Deno cannot read the same cache. The cache is not deleted between runs.
 */
export const HOSTED_ENV = {
  DENO_TLS_CA_STORE: "system",
  DENO_DIR: fileURLToPath(new URL(`../../../.farthing/deno-${HOSTED_DENO}`, import.meta.url)),
  NO_COLOR: "1",
};

/** The command that runs this version of Deno. It downloads Deno first if needed. */
export const HOSTED_COMMAND = ["npx", "-y", `deno@${HOSTED_DENO}`] as const;

/**
 * Returns a command that runs a bundle with this version of Deno. The command starts Deno directly,
 * because npx alone takes longer to start than an Edge Function. Here npx only downloads Deno and
 * finds its path.
 * @throws StackError if npx cannot download Deno
 */
export async function hostedProgram(): Promise<Omit<IsolateProgram, "entryUrl">> {
  const [npx, ...args] = HOSTED_COMMAND;
  const { success, stdout } = await new Deno.Command(npx, {
    args: [...args, "eval", "--no-config", "console.log(Deno.execPath())"],
    env: HOSTED_ENV,
    stdin: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  const path = new TextDecoder().decode(stdout).trim().split("\n").at(-1);
  if (!success || !path) {
    throw new StackError(
      `Deno ${HOSTED_DENO} could not be downloaded: ${HOSTED_COMMAND.join(" ")} failed. ` +
        "Check that npx is installed and that the npm registry can be reached.",
    );
  }
  // Ignores the repository's configuration and lock file: bundles need neither, and this version of
  // Deno cannot read them.
  return {
    command: [path, "run", "-A", "--no-check", "--no-config", "--no-lock"],
    env: HOSTED_ENV,
  };
}
