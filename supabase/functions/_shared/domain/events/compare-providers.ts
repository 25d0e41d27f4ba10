/**
 * Compares providers' capabilities with Stripe. Their account.updated is an event of their own account:
 * Stripe's list of our events does not contain it, so a lost one would never be found.
 */
import { ApiError } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { AccountFacts } from "../../contracts/stripe/facts.ts";

async function compare({ database, log, now, payments }: Services, untilMs: number): Promise<void> {
  // Taken before Stripe is asked: an event that comes meanwhile is newer.
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

/** Reads all accounts from Stripe, a hundred in a request, if there are providers. A failure is logged. */
export async function compareProviders(services: Services, untilMs: number): Promise<void> {
  try {
    await compare(services, untilMs);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    services.log("error", "providers could not be compared", { detail: error.internal });
  }
}
