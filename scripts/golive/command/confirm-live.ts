/** Asks before real money may move. */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { SettingsError } from "../../settings/settings.ts";
import type { Project } from "./project.ts";

/**
 * Returns if the project is in test mode, or the person has allowed its live mode.
 * @throws SettingsError otherwise
 */
export function requireLive({ mode, url }: Project, isLive: boolean): void {
  if (mode === "test") return;
  if (!isLive) {
    throw new SettingsError(
      "STRIPE_SECRET_KEY is a live key, so this command may move real money: add --live.",
    );
  }
  const { host } = new URL(url);
  print(`${pc.red(pc.bold("Live mode."))} Purchases of this run are paid with real money.`);
  if (prompt(`Type ${host} to go on:`)?.trim() !== host) {
    throw new SettingsError("Nothing was done: the address was not typed.");
  }
}
