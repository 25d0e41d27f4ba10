/** Where requests are sent, and with which credentials. */
export interface Connection {
  /** The base URL of the functions, such as `https://abc.supabase.co/functions/v1`. */
  readonly baseUrl: string;
  /** Returns the headers that identify the caller. */
  credentials(): Promise<Record<string, string>>;
  /**
   * Renews expired credentials. Returns false if there are no newer credentials than those in
   * `sent`.
   */
  renew(sent: Record<string, string>): Promise<boolean>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly onAnswer?: ((answer: Answered) => void) | undefined;
}

/** One attempt and its response, for the app's log. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  /** The HTTP status; 0 if no response came. */
  readonly status: number;
  readonly requestId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The Idempotency-Key, which all attempts of a call share; undefined for a read. */
  readonly idempotencyKey: string | undefined;
  /** Whether an earlier request with the same Idempotency-Key produced this response. */
  readonly replayed: boolean;
}

/** The options that the clients of a signed-in user and of a back end have in common. */
export interface CommonOptions {
  /** A replacement for the global `fetch`, for example from a framework. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * Called after each attempt, so that the app can log its status. An error that this function
   * throws is ignored, because a failure of the log must not make a payment fail.
   */
  readonly onAnswer?: ((answer: Answered) => void) | undefined;
}

export function functionsUrl(url: string): string {
  return `${url.replace(/\/+$/, "")}/functions/v1`;
}

/**
 * Returns a function that calls `fetch`. A connection must not have `fetch` itself as its method,
 * because browsers refuse to call `fetch` as a method of another object.
 */
export function fetchOf({ fetch: own }: CommonOptions): Connection["fetch"] {
  return (request) => (own ?? globalThis.fetch)(request);
}
