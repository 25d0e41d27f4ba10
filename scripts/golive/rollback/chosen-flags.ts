/** Chooses the flags that a rollback switches off, from the settings and the canary's changes. */
import { flagNow, flagsOfCanary } from "../shared/canary-flags.ts";
import type { FlagName, Flags } from "../shared/flags.ts";

/** The flags that control sales. */
export const SALES: readonly FlagName[] = ["b2c", "b2b"];

export const isOn = (settings: Flags, name: FlagName): boolean =>
  (flagNow(settings, name)?.state ?? "off") !== "off";

/**
 * Returns the flags to switch off. If the user named a flag, returns only that flag. Otherwise
 * returns the flags that an earlier call of this run has chosen. Adds b2c if it is on. Adds b2b if
 * it is on and a canary has switched it on. If this gives no flag, returns b2c.
 */
export function chosenFlags(
  named: FlagName | undefined,
  known: string | undefined,
  settings: Flags,
): FlagName[] {
  if (named !== undefined) return [named];
  const before = (known ?? "").split(",").filter((name) => name === "b2c" || name === "b2b");
  const ofCanary = flagsOfCanary(settings);
  const open = SALES.filter((name) =>
    isOn(settings, name) && (name === "b2c" || ofCanary.includes(name))
  );
  // After the first call, the newest change of the flags is the rollback's and no longer the
  // canary's. A later call can't recognize the canary's flags in the settings, so the run stores
  // their names. The later call also takes the flags that are on now, because a canary may have
  // opened another flag since then.
  const all = SALES.filter((name) => before.includes(name) || open.includes(name));
  return all.length > 0 ? all : ["b2c"];
}
