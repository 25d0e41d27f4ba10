import { expireSessions } from "../checkout/expire.ts";
import { settleDuePayments } from "../checkout/pay.ts";
import { API_VERSION, type Options, readSettings } from "../core/settings.ts";
import { Courier } from "../deliveries/courier.ts";
import { FaultPlan } from "../http/faults.ts";
import { forgetOldKeys } from "../http/idempotency.ts";
import { settleDueRefunds } from "../payments/refunds.ts";
import { recordEvent } from "../resources/events.ts";
import { ensureEndpoint } from "../resources/webhook-endpoints.ts";
import type { Cause, Scope } from "../store/scope.ts";
import { Store } from "../store/store.ts";

/** Milliseconds between two checks for expired sessions, delayed payments and delayed refunds. */
const TICK_MS = 1_000;

const NOBODY: Cause = { id: null, idempotency_key: null };

/** One emulator: its state, its deliveries and its timer. */
export interface Engine {
  readonly store: Store;
  readonly courier: Courier;
  readonly faults: FaultPlan;
  scope(cause?: Cause, account?: string | null): Scope;
  /** Applies all changes that are due: expired sessions, delayed payments and delayed refunds. */
  tick(): void;
  close(): Promise<void>;
}

export function createEngine(options: Options): Engine {
  const settings = readSettings(options);
  const store = new Store({ dataFile: options.dataFile, livemode: settings.mode === "live" });
  const now = options.now ?? (() => new Date());
  const scope = (cause = NOBODY, account: string | null = null): Scope => {
    const self: Scope = {
      settings,
      store,
      cause,
      account,
      now,
      seconds: () => Math.floor(now().getTime() / 1000),
      emit: (...event) => courier.enqueue(recordEvent(self, ...event)),
    };
    return self;
  };
  const courier = new Courier(scope());
  const faults = new FaultPlan();
  const tick = () => {
    expireSessions(scope());
    settleDuePayments(scope());
    settleDueRefunds(scope());
    store.flush();
  };
  const timer = setInterval(tick, TICK_MS);
  Deno.unrefTimer(timer);
  if (options.webhookUrl) {
    ensureEndpoint(scope(), { url: options.webhookUrl, api_version: API_VERSION });
  }
  forgetOldKeys(scope());
  store.flush();
  courier.wake();
  return {
    store,
    courier,
    faults,
    scope,
    tick,
    async close() {
      clearInterval(timer);
      await courier.close();
      store.flush();
    },
  };
}
