/**
 * Detaches a removed card from its customer at Stripe. The owner's request does this, or the
 * payment runner later.
 */
import type { CardRemoval } from "../../contracts/database/results/top-ups.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { reportStripeFault } from "../report-stripe-fault.ts";
import { detailOf } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";

/**
 * Detaches the card and stores the outcome. If Stripe could not detach the card, the payment runner does it
 * later.
 * @throws the error of Stripe's adapter
 */
export async function detachCard(
  services: Services,
  { payment_method_id: id, customer_id, attempts }: CardRemoval,
): Promise<void> {
  const { database, payments, log } = services;
  const report = (p_error: string | undefined) =>
    withOwnTime(() => database.rpc("cards_detached", { p_payment_method_id: id, p_error }));
  try {
    await (await payments()).detachCard(id, customer_id, attempts);
  } catch (error) {
    await report(detailOf(error)).catch((failure: unknown) => {
      log("warn", "result of a card's removal not stored", { detail: String(failure) });
    });
    await reportStripeFault(services, error);
    throw error;
  }
  await report(undefined);
}
