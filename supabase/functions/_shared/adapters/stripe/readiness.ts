/** Checks whether Stripe answers, and whether Stripe accepts the API key. */
import type { Metrics } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import type { StripeCaller } from "./client.ts";
import { unavailable } from "./error-classes.ts";

export interface Readiness {
  /** Returns true if Stripe answers without a server error. */
  isReachable(): Promise<boolean>;
  /**
   * Reads the balance, the cheapest call that needs a valid key.
   * @throws ApiError `upstream_unavailable`, StripeRefused
   */
  readBalance(): Promise<void>;
}

const STRIPE_URL = "https://api.stripe.com";

/** In ms; shorter than the timeout of a call that a buyer waits for. */
const PROBE_TIMEOUT_MS = 3_000;

/**
 * Makes a probe. It has its own circuit breaker, because a response to the probe does not prove
 * that payments succeed.
 */
function createProbe(url: string, metrics: Metrics): () => Promise<boolean> {
  const policy = createResiliencePolicy("stripe", { isOutage: () => true, metrics });
  // A call without a key costs nothing, and is enough to show that Stripe answers.
  const ask = async (signal: AbortSignal) => {
    const answer = await fetch(url, { signal });
    await answer.body?.cancel();
    if (answer.status >= 500) throw new Error(`Stripe answers ${answer.status}`);
    return true;
  };
  return () => policy.execute(ask, { timeoutMs: PROBE_TIMEOUT_MS }).catch(() => false);
}

/** @param apiUrl the URL of the Stripe emulator; without it, the probe calls Stripe */
export function createReadiness(
  { call }: StripeCaller,
  apiUrl: string | undefined,
  metrics: Metrics,
): Readiness {
  return {
    isReachable: createProbe(apiUrl ?? STRIPE_URL, metrics),
    async readBalance() {
      const { object } = await call((stripe) => stripe.balance.retrieve());
      if (object !== "balance") throw unavailable("stripe: the response is not a balance", 502);
    },
  };
}
