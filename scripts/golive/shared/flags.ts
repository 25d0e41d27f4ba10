/** Switches the feature flags, and finds those that a canary has switched. */
import type { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { SettingsChanged } from "../../../supabase/functions/_shared/contracts/settings/changes.ts";
import { FlagSettings } from "../../../supabase/functions/_shared/contracts/settings/flags.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf, said } from "./ask.ts";

export type FlagName = "b2c" | "b2b";

export type FlagState =
  | { readonly state: "on" | "off" }
  | { readonly state: "percentage"; readonly percentage: number };

/** The beginning of the reason of every change by a canary, by which a rollback finds its flags. */
export const CANARY_REASON = "golive canary";

/** Every process reads a changed flag within five seconds. */
export const FLAG_DELAY_MS = 5_000;

const CHANGE_TIMEOUT_MS = 10_000;

export async function readFlags(project: Project): Promise<z.output<typeof FlagSettings>> {
  return dataOf(await ask(project, "settings/flags"), 200, FlagSettings);
}

export const NOT_ON_SALE = "b2c is not on for everyone, so a new customer can't begin an order";

export async function isOnForAll(project: Project, name: FlagName): Promise<boolean> {
  const { flags } = await readFlags(project);
  return flags.some((flag) => flag.name === name && flag.state === "on");
}

/** Sets flags in one change. Reads the version again if somebody else has changed a flag meanwhile. */
export async function setFlags(
  project: Project,
  flags: readonly ({ readonly name: FlagName } & FlagState)[],
  reason: string,
): Promise<void> {
  let last = "";
  const done = await waitFor(async () => {
    const { version } = await readFlags(project).catch((error) => {
      last = error.message;
      throw error;
    });
    const reply = await ask(project, "settings/flags", { body: { flags, version, reason } });
    last = said(reply);
    if (reply.status === 409) return undefined;
    return () => dataOf(reply, 200, SettingsChanged);
  }, CHANGE_TIMEOUT_MS);
  if (done === undefined) throw new Error(`The flags could not be set: ${last}.`);
  done();
}

/** Returns the flags that a canary has switched, as their history says. */
export async function flagsOfCanary(project: Project): Promise<FlagName[]> {
  const { history } = await readFlags(project);
  const names = history.filter(({ reason }) => reason?.startsWith(CANARY_REASON))
    .map(({ name }) => name);
  return (["b2c", "b2b"] as const).filter((name) => names.includes(name));
}
