/**
 * Results of the database functions for credits, grants, holds and usage. Amounts and prices are
 * strings.
 */
import type * as credits from "../../credits.ts";
import type * as holds from "../../holds.ts";
import type * as usage from "../../usage.ts";
import type { Of, Page, Stored } from "./shapes.ts";

type RecordedGrant = Of<typeof credits.RecordedGrant>;

export interface CreditResults {
  credits_balance: Of<typeof credits.Balance>;
  credits_entries: Page<"entries", Of<typeof credits.Entry>>;
  /** With status 202 the grant waits for a second operator. */
  credits_grant: Stored<Of<typeof credits.Grant> | RecordedGrant>;
  /** Changes nothing. Returns what the grant would change. */
  grants_preview: Of<typeof credits.GrantPreview>;
  grants_decide: Stored<RecordedGrant>;
  grants_read: RecordedGrant;
  grants_list: Page<"grants", RecordedGrant>;
  credits_debit: Stored<Of<typeof credits.Debit>>;
  holds_open: Stored<Of<typeof holds.OpenedHold>>;
  /** Without `p_user_id`, reads a hold of any user. */
  holds_read: Of<typeof holds.Hold>;
  holds_settle: Stored<Of<typeof holds.SettledHold>>;
  holds_release: Stored<Of<typeof holds.ReleasedHold>>;
  usage_rates: Of<typeof usage.Rate>[];
  usage_estimate: Of<typeof usage.Estimate>;
  usage_charge: Stored<Of<typeof usage.Charge>>;
  usage_charge_batch: Stored<Of<typeof usage.BatchResult>>;
}
