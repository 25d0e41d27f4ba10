/** Checks that all keys belong to one mode, so that no test key is used with a live webhook. */
import type { GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";

/**
 * Returns the mode in a key's prefix. If there is none, returns "unknown", which differs from both
 * modes, so that the check fails.
 */
const modeIn = (key: string, kinds: string) =>
  new RegExp(`^(?:${kinds})_(test|live)_`).exec(key)?.[1] ?? "unknown";

/**
 * S3 in docs/reference/launch-checks.md: "Stripe keys in LIVE mode (pk_live_, sk_live_)". The
 * evidence has names and modes, never values.
 */
export const keyModes: GoLiveStep = {
  code: "preflight.key-modes",
  title: "Do all keys belong to one mode?",
  source: "stripe",
  run({ project: { settings: { values }, mode } }) {
    const modes: Record<string, string> = { STRIPE_SECRET_KEY: mode };
    const setup = values["STRIPE_SETUP_KEY"];
    if (setup) modes["STRIPE_SETUP_KEY"] = modeIn(setup, "sk|rk");
    const publishable = values["STRIPE_PUBLISHABLE_KEY"];
    if (publishable) modes["STRIPE_PUBLISHABLE_KEY"] = modeIn(publishable, "pk");
    if (values["STRIPE_MODE"]) modes["STRIPE_MODE"] = values["STRIPE_MODE"];
    const said = Object.entries(modes).map(([name, is]) => `${name} ${is}`).join(", ");
    const agrees = Object.values(modes).every((is) => is === mode);
    return Promise.resolve(
      agrees
        ? found(said)
        : failed(said, "Give all of these variables the mode of this launch, then deploy again."),
    );
  },
};
