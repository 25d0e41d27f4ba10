/**
 * The database functions that record the author of a change or of a read. The adapter adds the
 * author of the current request, so a handler can neither forget the author nor give a different
 * author.
 */
import { currentRequest } from "../../core/current-request.ts";
import type { FunctionName, Sql } from "../../contracts/database/functions.ts";

type Args = Readonly<Record<string, unknown>>;

/**
 * The names of the functions that take `p_author`. Functions without arguments are excluded first,
 * because the generated type of their arguments allows every key, even `p_author`.
 */
type Authored = {
  [N in FunctionName]: string extends keyof Sql[N]["Args"] ? never
    : "p_author" extends keyof Sql[N]["Args"] ? N
    : never;
}[FunctionName];

/**
 * The database functions that take `p_author`. The compiler checks that this list matches the SQL.
 */
export const AUTHORED: Readonly<Record<Authored, true>> = {
  alerts_acknowledge: true,
  bookings_list: true,
  bookings_read: true,
  chats_begin: true,
  checkout_order: true,
  checkout_orders: true,
  credits_balance: true,
  credits_debit: true,
  credits_entries: true,
  credits_grant: true,
  customers_read: true,
  customers_reads: true,
  customers_search: true,
  disputes_list: true,
  disputes_read: true,
  features_set: true,
  fraud_blocks_add: true,
  fraud_blocks_list: true,
  fraud_blocks_remove: true,
  fraud_decisions_list: true,
  fraud_policy_set: true,
  grants_decide: true,
  grants_list: true,
  grants_preview: true,
  grants_read: true,
  holds_open: true,
  holds_read: true,
  holds_release: true,
  holds_settle: true,
  inbox_dead: true,
  inbox_read: true,
  inbox_replay: true,
  jobs_cancel: true,
  jobs_create: true,
  jobs_dead: true,
  jobs_list: true,
  jobs_read: true,
  mismatches_list: true,
  mismatches_resolve: true,
  notifications_list: true,
  notifications_retry: true,
  notifications_retry_dead: true,
  refunds_begin: true,
  refunds_list: true,
  refunds_preview: true,
  refunds_read: true,
  spend_caps_preview: true,
  spend_caps_read: true,
  report_usage: true,
  settings_accounting_set: true,
  settings_alerts_set: true,
  settings_blocked_domains_set: true,
  settings_flags_set: true,
  settings_journal_codes_set: true,
  settings_packages_set: true,
  settings_policy_set: true,
  settings_rates_set: true,
  spend_caps_set: true,
  top_ups_read: true,
  usage_charge: true,
  usage_charge_batch: true,
  warnings_clear: true,
  warnings_list: true,
  welcome_list: true,
  welcome_retry: true,
  welcome_retry_refused: true,
};

/**
 * Adds the author to the arguments. Outside a request there is no author, and SQL records the
 * database role of the session.
 */
export function withAuthor(name: string, args: Args): Args {
  if (!Object.hasOwn(AUTHORED, name)) return args;
  const author = currentRequest()?.author ?? null;
  return author === null ? args : { ...args, p_author: author };
}
