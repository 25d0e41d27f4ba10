/**
 * The functions that write who did something. The database's one way in adds it from the request that is
 * being served, so that no handler names an author, and none can forget it or name another.
 */
import { currentRequest } from "../../core/request.ts";
import type { FunctionName, Sql } from "../../contracts/database/functions.ts";

type Args = Readonly<Record<string, unknown>>;

/** Of a function without arguments the generated type has every key. */
type Authored = {
  [N in FunctionName]: string extends keyof Sql[N]["Args"] ? never
    : "p_author" extends keyof Sql[N]["Args"] ? N
    : never;
}[FunctionName];

/** Each function that takes `p_author`, and no other: the compiler holds the list to the SQL. */
export const AUTHORED: Readonly<Record<Authored, true>> = {
  alerts_acknowledge: true,
  chats_begin: true,
  credits_debit: true,
  credits_grant: true,
  features_set: true,
  fraud_blocks_add: true,
  fraud_blocks_remove: true,
  fraud_policy_set: true,
  grants_decide: true,
  holds_open: true,
  holds_settle: true,
  jobs_create: true,
  refunds_begin: true,
  spend_caps_set: true,
  usage_charge: true,
  usage_charge_batch: true,
  warnings_clear: true,
};

/** Outside a request nobody is named, and SQL writes its role. */
export function withAuthor(name: string, args: Args): Args {
  if (!Object.hasOwn(AUTHORED, name)) return args;
  const author = currentRequest()?.author ?? null;
  return author === null ? args : { ...args, p_author: author };
}
