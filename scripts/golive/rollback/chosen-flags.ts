/** Chooses the flags that a rollback switches off, from the settings and the canary's changes. */
import { flagNow, flagsOfCanary } from "../shared/canary-flags.ts";
import type { FlagName, Flags } from "../shared/flags.ts";

/** The flags of sales. */
export const SALES: readonly FlagName[] = ["b2c", "b2b"];

export const isOn = (settings: Flags, name: FlagName): boolean =>
  (flagNow(settings, name)?.state ?? "off") !== "off";

/**
 * Returns the flags to switch off: the flag that the user named, if any. Otherwise returns the
 * flags that are on (b2c, and b2b if a canary has opened it), and those that this run has chosen
 * before. If there are none, returns b2c.
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
  // The first call switches the flags off, so their newest change is then the rollback's and not
  // the canary's. A later call can't find them in the settings, so the run stores their names. The
  // flags that are on now are read again, because a canary may have opened another one since then.
  const all = SALES.filter((name) => before.includes(name) || open.includes(name));
  return all.length > 0 ? all : ["b2c"];
}
