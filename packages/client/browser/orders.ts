/** Waits until a purchase has ended. */
import type { Order } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import type { CurrentBalance } from "../core/balance.ts";
import { pollSeconds } from "../core/clock.ts";
import { FarthingError } from "../core/farthing-error.ts";
import type { CallOptions } from "../core/send.ts";

export interface EndedOrder {
  readonly order: Order;
  /**
   * The balance, which was read after the order had ended, so it includes the credits of a paid
   * order. Null if the balance could not be read.
   */
  readonly credits: CurrentBalance | null;
}

export interface WaitForOrderOptions extends Pick<CallOptions, "signal" | "signedInAs"> {
  /**
   * How long to wait; ten minutes by default. A bank debit takes days, so wait again when the user
   * comes back.
   */
  readonly timeoutMs?: number | undefined;
  /** Called with the order after each poll, for example while it is `processing`. */
  readonly onLook?: ((order: Order) => void) | undefined;
}

const TIMEOUT_MS = 600_000;
/** The timeout of one request for the order's status. */
const LOOK_MS = 60_000;

const isOpen = ({ status }: Order) => status === "pending" || status === "processing";

async function readBalance(api: Api, call: CallOptions): Promise<CurrentBalance | null> {
  try {
    return await api.read("/credits", {}, call) as CurrentBalance;
  } catch (error) {
    if (error instanceof FarthingError && error.code !== "session_changed") return null;
    throw error;
  }
}

/**
 * Polls an order until it is paid, failed or expired.
 * @throws FarthingError `deadline_exceeded` if the order is still open at the deadline
 */
export async function waitForOrder(
  api: Api,
  id: string,
  { timeoutMs = TIMEOUT_MS, onLook, ...options }: WaitForOrderOptions,
): Promise<EndedOrder> {
  const call = { ...options, pin: { user: options.signedInAs } };
  const until = api.clock.now() + timeoutMs;
  for (let looks = 0;; looks++) {
    const look = { ...call, timeoutMs: Math.min(LOOK_MS, until - api.clock.now()) };
    const order = await api.read("/checkout/orders/{id}", { path: { id } }, look);
    onLook?.(order);
    if (!isOpen(order)) return { order, credits: await readBalance(api, call) };
    // Poll quickly at first, because the webhook usually arrives a moment after the buyer's return.
    const wait = looks < 2 ? 1000 : pollSeconds(looks - 1) * 1000;
    if (api.clock.now() + wait > until) {
      const message =
        `The order is still ${order.status} after ${timeoutMs} ms. Wait for it again.`;
      const facts = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
      throw new FarthingError({ ...facts, details: { order_id: id, status: order.status } });
    }
    await api.clock.wait(wait, options.signal);
  }
}
