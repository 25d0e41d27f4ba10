/** A valid result of each database function of the inbox, in the format that SQL returns. */
import type { InboxResults } from "../../../../supabase/functions/_shared/contracts/database/results/inbox.ts";
import { USER_ID } from "../project.ts";
import { entry } from "./customers.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";

export const EVENT_ID = "evt_1PgafyB7WZ01zgkWSjxsAJo3";

const event = {
  event_id: EVENT_ID,
  type: "refund.created",
  state: "dead" as const,
  attempts: 10,
  next_attempt_at: null,
  last_error: "the stored refund has another payment",
  livemode: false,
  occurred_at: NOW,
  received_at: NOW,
  processed_at: null,
};

/** The ledger entry of the clawback that this sample event caused. */
export const clawback = {
  ...entry,
  kind: "clawback" as const,
  amount: "-9990",
  author: `stripe:${EVENT_ID}`,
  stripe_event_id: EVENT_ID,
};

const facts = { stripe_refund_id: "re_1", amount: 999 };

export const INBOX_SAMPLES: SamplesOf<InboxResults> = {
  inbox_receive: () => ({ received: true }),
  inbox_list: () => ({ events: [event], next_before: EVENT_ID }),
  inbox_read: () => ({ ...event, facts, customer_id: USER_ID, entries: [clawback] }),
  inbox_replay: () => ({ ...event, facts, state: "processed", attempts: 1, processed_at: NOW }),
  inbox_dead: () => [EVENT_ID],
  inbox_missing: ({ p_event_ids }) => [...p_event_ids],
  backfills_claim: () => null,
  backfills_finish: () => ({}),
  sessions_claim: () => [],
};
