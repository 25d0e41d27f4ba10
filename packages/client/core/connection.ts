/** Where the requests go, and as whom. */
export interface Connection {
  /** The base URL of the functions, such as `https://abc.supabase.co/functions/v1`. */
  readonly baseUrl: string;
  /** Returns the headers that name the caller. */
  credentials(): Promise<Record<string, string>>;
  /**
   * Renews expired credentials. Returns false if there are no newer ones than those that were sent.
   */
  renew(sent: Record<string, string>): Promise<boolean>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly onAnswer?: ((answer: Answered) => void) | undefined;
}

/** One answer, for the app's log. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  /** 0 if no answer came. */
  readonly status: number;
  readonly requestId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The key of all attempts of one call; undefined for a read. */
  readonly idempotencyKey: string | undefined;
  /** True if the answer was stored for the key by an earlier request. */
  readonly replayed: boolean;
}

/** The options of both kinds of client. */
export interface CommonOptions {
  /** Another `fetch`, for example of a framework. */
  readonly fetch?: typeof fetch | undefined;
  /** Receives each answer, for the app's log. */
  readonly onAnswer?: ((answer: Answered) => void) | undefined;
}

export function functionsUrl(url: string): string {
  return `${url.replace(/\/+$/, "")}/functions/v1`;
}

/** `fetch` loses its `this` when it is stored, and browsers refuse such a call. */
export function fetchOf({ fetch: own }: CommonOptions): Connection["fetch"] {
  return (request) => (own ?? globalThis.fetch)(request);
}
