/** Asks a person to confirm, before a run may move real money. */
import pc from "picocolors";
import { printError } from "@farthing/command-line";
import { SettingsError } from "../../project/project-settings.ts";
import type { Project } from "./project.ts";

/**
 * Returns the line that a person has typed in the terminal. Without a terminal, a program may send
 * the line, but only if the project is on this machine and uses the emulator, which moves no money.
 */
async function typed({ emulatorUrl, isLocal }: Project, question: string): Promise<string> {
  if (Deno.stdin.isTerminal()) return prompt(question)?.trim() ?? "";
  if (emulatorUrl === undefined || !isLocal) {
    throw new SettingsError(
      "A live run needs a person to confirm it: start the command in a terminal.",
    );
  }
  const text = await new Response(Deno.stdin.readable).text();
  return text.trim();
}

/**
 * Does nothing if the project is in test mode. In live mode, asks the person to confirm the run.
 * @throws SettingsError if --live is missing, or the person does not confirm
 */
export async function requireLive(project: Project, isLive: boolean): Promise<void> {
  const { mode, url, emulatorUrl } = project;
  if (mode === "test") return;
  if (!isLive) {
    throw new SettingsError(
      "STRIPE_SECRET_KEY is a live key, so this command may move real money: add --live if you mean that.",
    );
  }
  const money = emulatorUrl === undefined ? "real money" : "the emulator's money";
  const { host } = new URL(url);
  printError(`${pc.red(pc.bold("Live mode."))} Purchases of this run are paid with ${money}.`);
  if (await typed(project, `Type ${host} to go on:`) !== host) {
    throw new SettingsError(`Nothing was done: to confirm the run, type exactly ${host}.`);
  }
}
