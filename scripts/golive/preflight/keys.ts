/** Whether the keys belong to one mode, so that no test key meets a live webhook. */
import { modeOfKey } from "../../../supabase/functions/_shared/core/env.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";

const modeOfPublishable = (key: string) => key.startsWith("pk_live_") ? "live" : "test";

/** S3: "Stripe keys in LIVE mode (pk_live_, sk_live_)". Names and modes, never values. */
export const keyModes: GoLiveStep = {
  code: "preflight.key-modes",
  title: "Do all keys belong to one mode?",
  source: "stripe",
  run({ project: { settings: { values }, mode } }) {
    const modes: Record<string, string> = { STRIPE_SECRET_KEY: mode };
    const setup = values["STRIPE_SETUP_KEY"];
    if (setup) modes["STRIPE_SETUP_KEY"] = modeOfKey(setup);
    const publishable = values["STRIPE_PUBLISHABLE_KEY"];
    if (publishable) modes["STRIPE_PUBLISHABLE_KEY"] = modeOfPublishable(publishable);
    if (values["STRIPE_MODE"]) modes["STRIPE_MODE"] = values["STRIPE_MODE"];
    const said = Object.entries(modes).map(([name, is]) => `${name} ${is}`).join(", ");
    const agrees = Object.values(modes).every((is) => is === mode);
    return Promise.resolve(
      agrees
        ? found(said)
        : failed(said, "Set all of them for the mode of this launch, then deploy again."),
    );
  },
};
