/** Signs events with the project's webhook secret, and posts them as Stripe does. */
import Stripe from "stripe";
import { API_VERSION } from "../../../supabase/functions/_shared/adapters/stripe/client.ts";
import type { Project } from "../command/project.ts";
import { NOBODY, type Reply } from "../shared/ask.ts";
import { ask } from "../shared/ask.ts";

const signer = new Stripe("sk_test_none");

/**
 * Returns an event of a type that changes no balance: the inbox only stores it as `ignored`. It can
 * therefore also be sent in live mode.
 */
export function harmlessEvent({ mode }: Project, run: string): string {
  const created = Math.floor(Date.now() / 1000);
  return JSON.stringify({
    ...{ id: `evt_golive_${run.replaceAll("-", "")}`, object: "event", api_version: API_VERSION },
    ...{ created, livemode: mode === "live", pending_webhooks: 1, type: "customer.created" },
    request: { id: null, idempotency_key: null },
    data: { object: { id: `cus_golive_${run}`, object: "customer", created } },
  });
}

/** Posts the payload as Stripe does, signed with this secret. */
export async function deliver(
  project: Project,
  payload: string,
  secret: string,
  ageSeconds = 0,
): Promise<Reply> {
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = await signer.webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp,
  });
  const headers = { "stripe-signature": signature };
  return await ask(project, "stripe-webhook", {
    ...{ as: NOBODY, body: JSON.parse(payload) as unknown, headers },
  });
}
