/**
 * The client of Farthing for browsers, and for servers that act for the signed-in user. A back end
 * with a secret key uses `@farthing/client/server`.
 */
import { farthingOf } from "./browser/methods.ts";
import { type FarthingOptions, userConnection } from "./browser/session.ts";
import { createApi } from "./core/api.ts";
import { systemClock } from "./core/clock.ts";

export type Farthing = ReturnType<typeof farthingOf>;

/**
 * Makes a client for the signed-in user.
 *
 * ```ts
 * const farthing = createFarthing({ supabase });
 * const { available } = await farthing.credits.get();
 * ```
 * @throws TypeError if the URL or the key is missing, or the key is a secret one
 */
export function createFarthing(options: FarthingOptions): Farthing {
  const connection = userConnection(options);
  return farthingOf(createApi(connection, systemClock), connection);
}

export { FarthingError } from "./core/farthing-error.ts";
export { decimalsOf, formatMoney } from "./helpers/money.ts";
export { optimisticList } from "./helpers/optimistic-list.ts";
export type { BuyOptions } from "./browser/methods.ts";
export type { WaitForCardOptions } from "./browser/cards.ts";
export type { ChatCharge } from "./browser/chat-charge.ts";
export type { ChatStream } from "./browser/chat-stream.ts";
export type { WaitForJobOptions } from "./browser/follow-job.ts";
export type { EndedOrder, WaitForOrderOptions } from "./browser/orders.ts";
export type { OwnRequest } from "./browser/own-back-end.ts";
export type { FarthingOptions, GetAccessToken, SupabaseLike } from "./browser/session.ts";
export type {
  Body,
  Changed,
  CsvPath,
  Input,
  ItemOf,
  ListPath,
  PathOf,
  Result,
} from "./core/api.ts";
export type { CurrentBalance } from "./core/balance.ts";
export type { Answered, CommonOptions } from "./core/connection.ts";
export type { ErrorDetails } from "./core/error-details.ts";
export type { ClientErrorCode, ErrorCode } from "./core/farthing-error.ts";
export type * from "./core/models.ts";
export type { Page } from "./core/pages.ts";
export type { CallOptions } from "./core/send.ts";
export type { EntriesFilter } from "./helpers/entries.ts";
export type { ListItem, OptimisticList } from "./helpers/optimistic-list.ts";
export type * from "./generated/api.ts";
export type { ApiErrorCode } from "./generated/error-codes.ts";
