/**
 * Reads saved cards from Stripe, because the inbox stores only a card's id from Stripe's events.
 * Also detaches the cards that users have removed.
 */
import type { CardTask } from "../../contracts/database/results/top-ups.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { hasTime } from "../../core/isolate.ts";
import { detailOf } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import { reportStripeFault } from "../report-stripe-fault.ts";
import { detachCard } from "./detach-card.ts";

const AT_ONCE = 5;

async function readCard(
  services: Services,
  { payment_method_id: id, customer_id }: CardTask,
  unreadSince: string,
): Promise<void> {
  const { database, payments } = services;
  const card = await (await payments()).readCard(id, customer_id).catch(async (error: unknown) => {
    await reportStripeFault(services, error);
    throw error;
  });
  const args = {
    p_payment_method_id: id,
    p_unread_since: unreadSince,
    p_customer_id: card.customer_id,
    p_brand: card.brand ?? undefined,
    p_last4: card.last4 ?? undefined,
    p_exp_month: card.exp_month ?? undefined,
    p_exp_year: card.exp_year ?? undefined,
  };
  await withOwnTime(() => database.rpc("cards_describe", args));
}

async function run(services: Services, task: CardTask): Promise<boolean> {
  const { step, unread_since } = task;
  try {
    if (unread_since === null) await detachCard(services, task);
    else await readCard(services, task, unread_since);
    return true;
  } catch (error) {
    // The task's lease expires, and a later run repeats the task.
    services.log("warn", "saved card not updated", { step, detail: detailOf(error) });
    return false;
  }
}

/**
 * Stops when no card is due, when `untilMs` (milliseconds since 1970) has passed, or when a card
 * could not be updated.
 */
export async function updateCards(services: Services, untilMs: number) {
  const done = { updated: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("cards_claim", { p_limit: AT_ONCE });
    const outcomes = await Promise.all(due.map((task) => run(services, task)));
    const updated = outcomes.filter((isDone) => isDone).length;
    done.updated += updated;
    done.failed += outcomes.length - updated;
    if (due.length === 0 || updated < outcomes.length) break;
  }
  return done;
}
