/** The one API version the emulator speaks: that of the SDK the product is pinned to. */
export const API_VERSION = "2026-10-28.endive";

export interface DeliverySettings {
  /** Wait after the first failed delivery; doubled after each further one. */
  firstRetryMs: number;
  maxRetryMs: number;
  /** An endpoint that still fails after this time gets no further attempt. Stripe: three days. */
  giveUpAfterMs: number;
  /** An answer later than this counts as a failure. */
  timeoutMs: number;
}

export interface Options {
  /** The one secret key that is accepted, `sk_test_…`. */
  apiKey: string;
  /** Keys that may do less: the rights of each, such as `charge_read`; one to write may read too. */
  restrictedKeys?: Readonly<Record<string, readonly string[]>>;
  /** Signing secret of every webhook endpoint; absent: each gets a random one. */
  webhookSecret?: string;
  /** An endpoint that gets every event, registered at the start; absent: none but by API. */
  webhookUrl?: string;
  /** Where browsers reach the emulator, e.g. `http://127.0.0.1:54326`. */
  publicUrl: string;
  /** Journal of all state; absent: nothing outlives the process. */
  dataFile?: string;
  now?: () => Date;
  delivery?: Partial<DeliverySettings>;
  /** A delayed payment settles by itself after this time; absent: only by control. */
  delayedPaymentMs?: number;
}

export interface Settings {
  readonly apiKey: string;
  readonly restrictedKeys: Readonly<Record<string, readonly string[]>>;
  readonly webhookSecret: string | undefined;
  readonly publicUrl: string;
  readonly delivery: DeliverySettings;
  readonly delayedPaymentMs: number | undefined;
}

const DELIVERY: DeliverySettings = {
  firstRetryMs: 250,
  maxRetryMs: 30_000,
  giveUpAfterMs: 3 * 24 * 3_600_000,
  timeoutMs: 30_000,
};

export function readSettings(options: Options): Settings {
  if (!options.apiKey.startsWith("sk_test_")) {
    throw new Error("The Stripe emulator takes a test key alone: apiKey must begin with sk_test_.");
  }
  return {
    apiKey: options.apiKey,
    restrictedKeys: options.restrictedKeys ?? {},
    webhookSecret: options.webhookSecret,
    publicUrl: options.publicUrl.replace(/\/+$/, ""),
    delivery: { ...DELIVERY, ...options.delivery },
    delayedPaymentMs: options.delayedPaymentMs,
  };
}
