/** Waits until the service knows the card that the user has saved on Stripe's page. */
import type { TopUps } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { pollSeconds } from "../core/clock.ts";
import type { CallOptions } from "../core/send.ts";

export interface WaitForCardOptions extends Pick<CallOptions, "signal" | "signedInAs"> {
  /** How long to poll; 30 seconds by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether the user already had a card. If so, the wait ends when the card changes. Otherwise it
   * ends when there is a card.
   */
  readonly hadCard?: boolean | undefined;
  /** Called after each poll with the top-up settings, which contain the saved card. */
  readonly onLook?: ((topUps: TopUps) => void) | undefined;
}

const TIMEOUT_MS = 30_000;
/** The time limit of one poll. */
const LOOK_MS = 30_000;

const textOf = ({ card }: TopUps) => JSON.stringify(card);

/** A new card appears in the top-up settings some seconds before its brand and last digits do. */
const isDescribed = ({ card }: TopUps) => card !== null && card.last4 !== null;

/**
 * Polls the user's top-up settings until they contain the card, because Stripe reports the card
 * only after the user's return. Returns the settings of the last poll. Does not throw if no new
 * card has appeared in time: the user may have saved the same card again, or a means of payment
 * that is not a card.
 */
export async function waitForCard(
  api: Api,
  { timeoutMs = TIMEOUT_MS, hadCard = false, onLook, ...options }: WaitForCardOptions = {},
): Promise<TopUps> {
  const call = { ...options, timeoutMs: LOOK_MS, pin: { user: options.signedInAs } };
  const until = api.clock.now() + timeoutMs;
  let first: string | undefined;
  for (let looks = 0;; looks++) {
    const topUps = await api.read("/top-ups", {}, call);
    onLook?.(topUps);
    first ??= textOf(topUps);
    if (isDescribed(topUps) && (!hadCard || textOf(topUps) !== first)) return topUps;
    const wait = looks < 2 ? 1000 : pollSeconds(looks - 1) * 1000;
    if (api.clock.now() + wait > until) return topUps;
    await api.clock.wait(wait, options.signal);
  }
}
