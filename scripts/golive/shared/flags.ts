/** Reads and sets the feature flags through the functions. */
import type { z } from "zod";
import { SettingsChanged } from "../../../supabase/functions/_shared/contracts/settings/changes.ts";
import { FlagSettings } from "../../../supabase/functions/_shared/contracts/settings/flags.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf } from "./ask.ts";

export type FlagName = "b2c" | "b2b";

export type FlagState =
  | { readonly state: "on" | "off" }
  | { readonly state: "percentage"; readonly percentage: number };

export type FlagChange = { readonly name: FlagName } & FlagState;

export type Flags = z.output<typeof FlagSettings>;

/** Every process reads a changed flag within five seconds. */
export const FLAG_DELAY_MS = 5_000;

export async function readFlags(project: Project, timeoutMs?: number): Promise<Flags> {
  return dataOf(await ask(project, "settings/flags", { timeoutMs }), 200, FlagSettings);
}

export const NOT_ON_SALE = "b2c is not on for everyone, so a new customer can't begin an order";

export async function isOnForAll(project: Project, name: FlagName): Promise<boolean> {
  const { flags } = await readFlags(project);
  return flags.some((flag) => flag.name === name && flag.state === "on");
}

/** Sets a flag. Returns false if somebody has changed a flag since the settings were read. */
export async function setFlagOf(
  project: Project,
  { version }: Flags,
  flag: FlagChange,
  reason: string,
): Promise<boolean> {
  const body = { flags: [flag], version, reason };
  const reply = await ask(project, "settings/flags", { body });
  if (reply.status === 409 && reply.code === "version_conflict") return false;
  dataOf(reply, 200, SettingsChanged);
  return true;
}
