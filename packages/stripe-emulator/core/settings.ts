/**
 * The only API version that the emulator accepts in requests. It is the version of the pinned SDK.
 * Events can also have older versions.
 */
export const API_VERSION = "2026-10-28.endive";

/** The mode of an emulator. In live mode, objects have `livemode: true`; no money moves. */
export type Mode = "test" | "live";

export interface DeliverySettings {
  /**
   * Milliseconds before the first retry of a delivery. The wait doubles after each further failed
   * attempt, up to `maxRetryMs`.
   */
  firstRetryMs: number;
  maxRetryMs: number;
  /**
   * Milliseconds after which a failing delivery is no longer retried. Stripe stops after three
   * days.
   */
  giveUpAfterMs: number;
  /** Milliseconds to wait for an endpoint's answer. A later answer counts as a failure. */
  timeoutMs: number;
}

export interface Options {
  /** Default `test`. */
  mode?: Mode;
  /** The secret key that the emulator accepts: `sk_test_…`, in live mode `sk_live_…`. */
  apiKey: string;
  /**
   * The restricted keys, each with its rights, such as `charge_read`. A right to write includes the
   * right to read.
   */
  restrictedKeys?: Readonly<Record<string, readonly string[]>>;
  /** The signing secret of every webhook endpoint. Default: each endpoint gets a random secret. */
  webhookSecret?: string;
  /**
   * The URL of a webhook endpoint that is registered at the start and receives all events. By
   * default, there is no endpoint until a request to the API or under `/_emulator` creates one.
   */
  webhookUrl?: string;
  /** The URL at which browsers reach the emulator, e.g. `http://127.0.0.1:54326`. */
  publicUrl: string;
  /**
   * The file that stores the emulator's state. Without a file, the state is lost when the process
   * ends.
   */
  dataFile?: string;
  now?: () => Date;
  delivery?: Partial<DeliverySettings>;
  /**
   * Milliseconds after which a delayed payment settles by itself. By default, it settles only when
   * a request under `/_emulator` settles it.
   */
  delayedPaymentMs?: number;
  /** The rate of the automatic tax, in percent. Default 19. */
  taxPercent?: number;
}

export interface Settings {
  readonly mode: Mode;
  readonly apiKey: string;
  readonly restrictedKeys: Readonly<Record<string, readonly string[]>>;
  readonly webhookSecret: string | undefined;
  readonly publicUrl: string;
  readonly delivery: DeliverySettings;
  readonly delayedPaymentMs: number | undefined;
  readonly taxPercent: number;
}

const DELIVERY: DeliverySettings = {
  firstRetryMs: 250,
  maxRetryMs: 30_000,
  giveUpAfterMs: 3 * 24 * 3_600_000,
  timeoutMs: 30_000,
};

export function readSettings(options: Options): Settings {
  const { mode = "test" } = options;
  if (!options.apiKey.startsWith(`sk_${mode}_`)) {
    throw new Error(`apiKey must begin with sk_${mode}_, because the emulator is in ${mode} mode.`);
  }
  const otherKey = Object.keys(options.restrictedKeys ?? {}).find((key) =>
    !key.startsWith(`rk_${mode}_`)
  );
  if (otherKey !== undefined) {
    throw new Error(`Each key in restrictedKeys must begin with rk_${mode}_.`);
  }
  return {
    mode,
    apiKey: options.apiKey,
    restrictedKeys: options.restrictedKeys ?? {},
    webhookSecret: options.webhookSecret,
    publicUrl: options.publicUrl.replace(/\/+$/, ""),
    delivery: { ...DELIVERY, ...options.delivery },
    delayedPaymentMs: options.delayedPaymentMs,
    taxPercent: options.taxPercent ?? 19,
  };
}
