/** The client of Farthing for a back end, with a secret key. It refuses to start in a browser. */
import { farthingServerOf } from "./back-end/methods.ts";
import { createApi } from "./core/api.ts";
import { systemClock } from "./core/clock.ts";
import { type CommonOptions, fetchOf, functionsUrl } from "./core/connection.ts";
import { claimsOf } from "./core/jwt-claims.ts";

export interface FarthingServerOptions extends CommonOptions {
  /** The project's URL, such as `https://abc.supabase.co`. */
  readonly url: string;
  readonly secretKey: string;
}

export type FarthingServer = ReturnType<typeof farthingServerOf>;

/**
 * Returns whether this code runs in a browser, in a page or a worker. A worker has no `document`,
 * so the user agent is checked, too: in every browser it begins with `Mozilla/`. Global objects
 * such as `WorkerGlobalScope` prove nothing, because some edge runtimes have them.
 */
function isBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return "document" in globalThis || navigator?.userAgent?.startsWith("Mozilla/") === true;
}

/**
 * Makes a client for a back end.
 *
 * ```ts
 * const farthing = createFarthingServer({ url, secretKey });
 * await farthing.usage({ user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 });
 * ```
 * @throws TypeError if the code runs in a browser or its workers, if the URL or the key is missing,
 * or if the key is a publishable one
 */
export function createFarthingServer(options: FarthingServerOptions): FarthingServer {
  const { url, secretKey } = options;
  if (isBrowser()) {
    throw new TypeError(
      "createFarthingServer: a secret key must never be in a browser. Call it on your server.",
    );
  }
  if (!url || !secretKey) {
    throw new TypeError(
      "createFarthingServer: url or secretKey is missing. Pass url and secretKey.",
    );
  }
  if (secretKey.startsWith("sb_publishable_") || claimsOf(secretKey).role === "anon") {
    throw new TypeError(
      "createFarthingServer: secretKey is a publishable key. Pass the secret key.",
    );
  }
  const connection = {
    baseUrl: functionsUrl(url),
    fetch: fetchOf(options),
    onAnswer: options.onAnswer,
    credentials: () => Promise.resolve({ apikey: secretKey }),
    renew: () => Promise.resolve(false),
  };
  const users = { url, secretKey, fetch: connection.fetch };
  return farthingServerOf(createApi(connection, systemClock), users);
}

export { UnsettledError } from "./back-end/hold.ts";
export { FarthingError } from "./core/farthing-error.ts";
export type { HoldCharge, HoldTerms, Paid, Work } from "./back-end/hold.ts";
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
export type * from "./generated/api.ts";
export type { ApiErrorCode } from "./generated/error-codes.ts";
