/** How both commands begin and end. */
import pc from "picocolors";
import { SettingsError } from "../settings/settings.ts";
import { printError } from "@farthing/command-line";
import { withoutKeys } from "./failures.ts";
import type { Target } from "./target.ts";

/** Whose account this is about: nobody should mend test mode and mean live mode. */
export function headline({ mode, url }: Target): string {
  const painted = mode === "live" ? pc.bold(pc.red("live mode")) : pc.bold("test mode");
  return `Stripe in ${painted}, events to ${pc.cyan(url)}\n`;
}

/** Ends the process: with what the command says, or 2 where it was called wrongly. */
export async function run(usage: string, command: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await command());
  } catch (error) {
    const isUsage = error instanceof TypeError && "code" in error;
    if (!isUsage && !(error instanceof SettingsError)) throw error;
    // An argument that nobody expects may be a key.
    const message = pc.red(withoutKeys(error.message));
    printError(isUsage ? `${message}\n\n${usage}` : message);
    Deno.exit(2);
  }
}
