/**
 * The version of Deno with which the hosted runtime is compatible: newer APIs do not exist there.
 */
import { fileURLToPath } from "node:url";
import { StackError } from "../core/stack-error.ts";
import type { IsolateProgram } from "./isolate-process.ts";

export const HOSTED_DENO = "2.1.4";

/**
 * The environment of the hosted version. Its cache has its own directory, because the two versions
 * of Deno cannot read each other's; the cache stays between runs.
 */
export const HOSTED_ENV = {
  DENO_TLS_CA_STORE: "system",
  DENO_DIR: fileURLToPath(new URL(`../../../.farthing/deno-${HOSTED_DENO}`, import.meta.url)),
  NO_COLOR: "1",
};

/** The command that runs this version of Deno, and downloads it first where it is missing. */
export const HOSTED_COMMAND = ["npx", "-y", `deno@${HOSTED_DENO}`] as const;

/**
 * Returns how to run a bundle with this version directly, because npx takes longer to start than a
 * function.
 * @throws StackError where npx cannot provide it
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
      `Deno ${HOSTED_DENO} could not be downloaded: ${HOSTED_COMMAND.join(" ")} failed.`,
    );
  }
  // The repository's configuration and lock file need a later version, and bundles need neither
  // file.
  return {
    command: [path, "run", "-A", "--no-check", "--no-config", "--no-lock"],
    env: HOSTED_ENV,
  };
}
