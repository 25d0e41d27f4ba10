/** Reads the ids and versions that exist on this stack, for the examples of the API page. */
import type { FarthingServer, ItemOf, ListPath } from "@farthing/client/server";
import type { KnownIds } from "./sample-customer.ts";

/** For each list that an operator reads, returns the id of the newest object. */
export async function newestIds({ page }: FarthingServer): Promise<KnownIds> {
  async function newest<P extends ListPath, Name extends keyof ItemOf<P>>(path: P, name: Name) {
    const { items } = await page(path, { query: { limit: 1 } } as never);
    return items[0]?.[name] as string | undefined;
  }
  const ids = await Promise.all(
    Object.entries({
      grant: newest("/credits/grants", "grant_id"),
      welcomeGrant: newest("/credits/welcome-grants", "id"),
      dispute: newest("/disputes", "dispute_id"),
      block: newest("/fraud/blocked", "id"),
      warning: newest("/fraud/warnings", "warning_id"),
      incident: newest("/alerts", "id"),
      mismatch: newest("/mismatches", "mismatch_id"),
      notification: newest("/notifications", "notification_id"),
      payout: newest("/payouts", "payout_id"),
      proof: newest("/proofs", "id"),
      refund: newest("/refunds", "refund_id"),
      event: newest("/webhook-events", "event_id"),
    }).map(async ([kind, id]) => [kind, await id]),
  );
  return Object.fromEntries(ids.filter(([, id]) => id !== undefined));
}

const SETTINGS = [
  "/settings/accounting",
  "/settings/alerts",
  "/settings/blocked-domains",
  "/settings/flags",
  "/settings/journal-codes",
  "/settings/packages",
  "/settings/policy",
  "/settings/rates",
] as const;

/** Returns the current version of each kind of settings, by path. */
export async function settingsVersions({ read }: FarthingServer): Promise<Record<string, string>> {
  const versions = await Promise.all(
    SETTINGS.map(async (path) => [path, (await read(path, {})).version]),
  );
  return Object.fromEntries(versions);
}
