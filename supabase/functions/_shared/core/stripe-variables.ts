/** The mode of Stripe's key, and the variables that contradict the key. */
import { areLoopback } from "./loopback.ts";
import { ANY_LOOPBACK_PORT } from "./origins.ts";

/**
 * Stripe's test or live mode, read from the prefix of the secret key. Events of the other mode are
 * refused.
 */
export type Mode = "test" | "live";

/**
 * Returns the mode of a Stripe key. A restricted key (`rk_`) names its mode in the same way.
 * @throws Error if the key has neither mode's prefix. Such a key must not be taken for a test key:
 *   it may be a live key with a leading space, and a live key moves money. The message does not
 *   repeat the key.
 */
export function modeOfKey(key: string): Mode {
  const mode = /^(?:sk|rk)_(test|live)_/.exec(key)?.[1];
  if (mode === "test" || mode === "live") return mode;
  throw new Error("A Stripe key must begin with sk_test_, rk_test_, sk_live_ or rk_live_.");
}

/** The variables that are compared with Stripe's key. */
interface Variables {
  STRIPE_MODE?: Mode | undefined;
  STRIPE_SECRET_KEY?: string | undefined;
  STRIPE_API_URL?: string | undefined;
  SUPABASE_URL: string;
  FARTHING_PUBLIC_URL?: string | undefined;
  APP_ORIGINS: readonly string[];
}

/** Returns the names of variables that are each valid but contradict each other. */
export function disagreeing(env: Variables): string[] {
  const { STRIPE_MODE, STRIPE_SECRET_KEY, STRIPE_API_URL } = env;
  if (STRIPE_SECRET_KEY === undefined) return [];
  const mode = modeOfKey(STRIPE_SECRET_KEY);
  const names: string[] = [];
  if (STRIPE_MODE !== undefined && STRIPE_MODE !== mode) names.push("STRIPE_MODE");
  // A hosted project must send a live key only to Stripe itself. An emulator in live mode is
  // allowed only if the project and the emulator are both on this machine.
  const emulated = [STRIPE_API_URL, env.SUPABASE_URL, env.FARTHING_PUBLIC_URL];
  if (STRIPE_API_URL !== undefined && mode === "live" && !areLoopback(emulated)) {
    names.push("STRIPE_API_URL");
  }
  return names.length === 0 ? [] : ["STRIPE_SECRET_KEY", ...names];
}

/**
 * Returns whether a live key is set together with an origin that allows any port (`:*`). Every
 * local server could then call the API.
 */
export function opensPorts({ STRIPE_SECRET_KEY, APP_ORIGINS }: Variables): boolean {
  return STRIPE_SECRET_KEY !== undefined && modeOfKey(STRIPE_SECRET_KEY) === "live" &&
    APP_ORIGINS.some((entry) => ANY_LOOPBACK_PORT.test(entry));
}
