/** The signed-in user's credentials: from supabase-js, or from a function of the app. */
import { type CommonOptions, type Connection, fetchOf, functionsUrl } from "../core/connection.ts";
import { claimsOf } from "../core/jwt-claims.ts";

interface Session {
  readonly access_token: string;
}

interface SessionAnswer {
  readonly data: { readonly session: Session | null };
  /**
   * The reason why the session could not be read or refreshed. Null if there was no failure, even
   * if nobody is signed in.
   */
  readonly error?: { readonly name: string; readonly status?: number | undefined } | null;
}

/** The part of supabase-js that the client uses. */
export interface SupabaseLike {
  readonly auth: {
    getSession(): Promise<SessionAnswer>;
    refreshSession(): Promise<SessionAnswer>;
  };
}

/** supabase-js has both fields at runtime, but its types do not declare them as public. */
interface SupabaseFields {
  readonly supabaseUrl?: string;
  readonly supabaseKey?: string;
}

export type GetAccessToken = (
  options: { refresh: boolean },
) => Promise<string | null> | string | null;

export type FarthingOptions =
  & CommonOptions
  & ({
    /**
     * A client of supabase-js, which provides the project's URL, the key and the user's session.
     */
    readonly supabase: SupabaseLike;
    /** The project's URL, if it differs from that of `supabase`. */
    readonly url?: string | undefined;
    readonly publishableKey?: string | undefined;
    readonly getAccessToken?: undefined;
  } | {
    readonly supabase?: undefined;
    /** The project's URL, such as `https://abc.supabase.co`. */
    readonly url: string;
    readonly publishableKey: string;
    /**
     * Returns the user's token, or null if nobody is signed in. `refresh` is true if the service
     * has answered `token_expired`; the token must then be a new one.
     */
    readonly getAccessToken: GetAccessToken;
  });

/**
 * Returns whether the error only means that the auth service is unavailable. In that case the
 * session may still be valid. Any other error means that the user is signed out.
 */
function mayBeSignedIn({ name, status }: NonNullable<SessionAnswer["error"]>): boolean {
  return name === "AuthRetryableFetchError" || status === 429 || (status ?? 0) >= 500;
}

/** @throws the error of supabase-js if the auth service is unavailable */
function tokensOf(supabase: SupabaseLike): GetAccessToken {
  return async ({ refresh }) => {
    const { auth } = supabase;
    const { data, error } = await (refresh ? auth.refreshSession() : auth.getSession());
    if (!data.session && error && mayBeSignedIn(error)) throw error;
    return data.session?.access_token ?? null;
  };
}

function need(value: string | undefined, name: string): string {
  if (value) return value;
  throw new TypeError(`createFarthing: ${name} is missing. Pass it as an option.`);
}

/** @throws TypeError if the URL or the key is missing, or if the key is a secret one */
export function userConnection(options: FarthingOptions): Connection {
  const { supabaseUrl, supabaseKey } = (options.supabase ?? {}) as SupabaseFields;
  const url = need(options.url ?? supabaseUrl, "url");
  const apikey = need(options.publishableKey ?? supabaseKey, "publishableKey");
  if (apikey.startsWith("sb_secret_") || claimsOf(apikey).role === "service_role") {
    throw new TypeError(
      "createFarthing: publishableKey is a secret key. Use @farthing/client/server on your server.",
    );
  }
  const tokenOf = options.supabase ? tokensOf(options.supabase) : options.getAccessToken;
  const headersFor = (token: string | null): Record<string, string> => ({
    apikey,
    ...token && { authorization: `Bearer ${token}` },
  });
  let renewing: Promise<string | null> | undefined;
  /**
   * Refreshes the session. Concurrent calls whose token has expired share one refresh, because a
   * refresh token works only once.
   */
  const refreshed = () => {
    renewing ??= Promise.resolve(tokenOf({ refresh: true })).finally(() => renewing = undefined);
    return renewing;
  };
  return {
    baseUrl: functionsUrl(url),
    fetch: fetchOf(options),
    onAnswer: options.onAnswer,
    credentials: async () => headersFor(await tokenOf({ refresh: false })),
    async renew(sent) {
      // Another call may have refreshed the session in the meantime.
      const isNew = (token: string | null) =>
        token !== null && headersFor(token)["authorization"] !== sent["authorization"];
      return isNew(await tokenOf({ refresh: false })) || isNew(await refreshed());
    },
  };
}
