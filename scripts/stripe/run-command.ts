/**
 * The first line of output and the handling of errors, which are the same for all `stripe:`
 * commands.
 */
import pc from "picocolors";
import { SettingsError } from "../project/project-settings.ts";
import { printError } from "@farthing/command-line";
import { withoutKeys } from "./explain-error.ts";
import type { Target } from "./target.ts";

/** Returns a line with the mode and the address, so that nobody changes live mode by mistake. */
export function headline({ mode, url }: Target): string {
  const painted = mode === "live" ? pc.bold(pc.red("live mode")) : pc.bold("test mode");
  return `Stripe in ${painted}, events to ${pc.cyan(url)}\n`;
}

/**
 * Runs a command and ends the process with the command's exit code, or with 2 after a usage or
 * settings error.
 */
export async function run(usage: string, command: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await command());
  } catch (error) {
    const isUsage = error instanceof TypeError && "code" in error;
    if (!isUsage && !(error instanceof SettingsError)) throw error;
    // The message may repeat an unexpected argument, which may be a key. So keys are removed from
    // it.
    const message = pc.red(withoutKeys(error.message));
    printError(isUsage ? `${message}\n\n${usage}` : message);
    Deno.exit(2);
  }
}
