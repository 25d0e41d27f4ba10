/** Whether Stripe answers, and whether it accepts our key. */
import type { Metrics } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import type { StripeCaller } from "./client.ts";
import { unavailable } from "./errors.ts";

export interface Readiness {
  /** True when Stripe answers at all. */
  isReachable(): Promise<boolean>;
  /** The cheapest read that needs a valid key. @throws ApiError `upstream_unavailable`, StripeRefused */
  readBalance(): Promise<void>;
}

const STRIPE_URL = "https://api.stripe.com";

/** Readiness probes use a shorter timeout than a buyer's request. */
const PROBE_TIMEOUT_MS = 3_000;

/** It has a circuit breaker of its own: an answer to this probe does not mean that payments succeed. */
function createProbe(url: string, metrics: Metrics): () => Promise<boolean> {
  const policy = createResiliencePolicy("stripe", { isOutage: () => true, metrics });
  // Any answer will do: an unauthenticated call shows that Stripe is there, and costs nothing.
  const ask = async (signal: AbortSignal) => {
    const answer = await fetch(url, { signal });
    await answer.body?.cancel();
    if (answer.status >= 500) throw new Error(`Stripe answers ${answer.status}`);
    return true;
  };
  return () => policy.execute(ask, { timeoutMs: PROBE_TIMEOUT_MS }).catch(() => false);
}

/** @param apiUrl only for the emulator; absent means Stripe itself */
export function createReadiness(
  { call }: StripeCaller,
  apiUrl: string | undefined,
  metrics: Metrics,
): Readiness {
  return {
    isReachable: createProbe(apiUrl ?? STRIPE_URL, metrics),
    async readBalance() {
      const { object } = await call((stripe) => stripe.balance.retrieve());
      if (object !== "balance") throw unavailable("stripe: the answer is not a balance", 502);
    },
  };
}
