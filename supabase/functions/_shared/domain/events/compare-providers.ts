/**
 * Compares providers' capabilities with Stripe. The event `account.updated` belongs to the
 * provider's account, so Stripe's list of our events lacks it. The backfill reads only this list
 * and cannot find a lost `account.updated`.
 */
import { ApiError } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { AccountFacts } from "../../contracts/stripe/event-facts.ts";

async function compare({ database, log, now, payments }: Services, untilMs: number): Promise<void> {
  // The time is read before Stripe is called, so that an event that arrives during the call counts
  // as newer than the list.
  let p_asked_at = now().toISOString();
  const bring = (p_accounts: readonly AccountFacts[]) =>
    database.rpc("providers_compare", { p_accounts, p_asked_at });
  if ((await bring([])).providers === 0) return;
  for await (const accounts of (await payments()).listAccounts()) {
    const { changed } = await bring(accounts);
    if (changed > 0) log("warn", "providers differed from Stripe", { changed });
    if (now().getTime() >= untilMs) return;
    p_asked_at = now().toISOString();
  }
}

/**
 * If there are providers, reads all their accounts from Stripe, 100 in each request. A failure is
 * only logged.
 */
export async function compareProviders(services: Services, untilMs: number): Promise<void> {
  try {
    await compare(services, untilMs);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    services.log("error", "providers could not be compared", { detail: error.internal });
  }
}
