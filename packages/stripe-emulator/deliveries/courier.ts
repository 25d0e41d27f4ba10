import { type Disorder, ORDER } from "./disorder.ts";
import { signatureHeader } from "./signature.ts";
import { type Delivery, finish, openDeliveries } from "../resources/deliveries.ts";
import { events, matchesType, shown, type StoredEvent } from "../resources/events.ts";
import { hears, webhookEndpoints } from "../resources/webhook-endpoints.ts";
import { signingSecret } from "../resources/webhook-secrets.ts";
import type { Scope } from "../store/scope.ts";

/** The maximum number of deliveries in progress. More would overload a small receiver. */
const PARALLEL = 16;
/**
 * The shortest and the longest wait between two checks for due deliveries, in milliseconds. A test
 * may stop the clock just before a delivery is due; without a shortest wait, the checks would then
 * repeat without a pause.
 */
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 60_000;

/** Delivers events to webhook endpoints, with retries until an endpoint answers with success. */
export class Courier {
  disorder: Disorder = ORDER;
  readonly #scope: Scope;
  readonly #underway = new Map<string, Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = new AbortController();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Queues an event for each enabled endpoint that listens to the event's type and account. */
  enqueue(event: StoredEvent): void {
    const held = this.disorder.hold.some((pattern) => matchesType(pattern, event.type));
    for (const endpoint of webhookEndpoints.all(this.#scope)) {
      if (endpoint.status !== "enabled") continue;
      if (!hears(this.#scope, endpoint.id, event.account)) continue;
      if (!endpoint.enabled_events.some((pattern) => matchesType(pattern, event.type))) continue;
      for (let copy = 1; copy <= this.disorder.copies; copy++) {
        this.add(event, endpoint.id, held ? "held" : "pending", copy === 1 ? "" : `.${copy}`);
      }
    }
    this.wake();
  }

  /** Adds one delivery. `suffix` distinguishes copies of the same event for the same endpoint. */
  add(event: StoredEvent, endpoint: string, state: "held" | "pending", suffix: string): Delivery {
    const now = this.#now();
    return openDeliveries.put(this.#scope, {
      id: `${event.id}.${endpoint}${suffix}`,
      event: event.id,
      type: event.type,
      endpoint,
      state,
      created_ms: now,
      next_attempt_ms: now,
      attempts: 0,
      last_status: null,
      last_error: null,
    });
  }

  /**
   * Starts the due deliveries from a timer after `delayMs`, so that the caller never waits for
   * them.
   */
  wake(delayMs = 0): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#startDue(), delayMs);
    Deno.unrefTimer(this.#timer);
  }

  /** Attempts all pending deliveries now, even if they are not due, and waits for the answers. */
  async flush(): Promise<void> {
    const pending = openDeliveries.all(this.#scope).filter((each) => each.state === "pending");
    await Promise.all([...this.#underway.values()]);
    await Promise.all(pending.map(({ id }) => this.attempt(id)));
  }

  /**
   * Attempts one delivery now. If an attempt is already in progress, returns the promise of that
   * attempt.
   */
  attempt(id: string): Promise<void> {
    const running = this.#underway.get(id);
    if (running) return running;
    const attempt = this.#attempt(id).finally(() => {
      this.#underway.delete(id);
      this.wake();
    });
    this.#underway.set(id, attempt);
    return attempt;
  }

  /** Aborts all attempts in progress. An aborted attempt does not count. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closed.abort();
    await Promise.allSettled([...this.#underway.values()]);
  }

  #startDue(): void {
    const now = this.#now();
    let next = Infinity;
    for (const delivery of openDeliveries.values(this.#scope)) {
      // At the limit of parallel deliveries, stop this check. When any attempt ends, the check runs
      // again.
      if (this.#underway.size >= PARALLEL) return;
      if (delivery.state !== "pending" || this.#underway.has(delivery.id)) continue;
      if (delivery.next_attempt_ms <= now) void this.attempt(delivery.id);
      else next = Math.min(next, delivery.next_attempt_ms);
    }
    if (next === Infinity) return;
    this.wake(Math.min(Math.max(next - now, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));
  }

  async #attempt(id: string): Promise<void> {
    const delivery = openDeliveries.find(this.#scope, id);
    if (!delivery) return;
    const result = await this.#send(delivery);
    const current = openDeliveries.find(this.#scope, id);
    // If the delivery was removed or the emulator was closed during the attempt, the attempt does
    // not count.
    if (!current || this.#closed.signal.aborted) return;
    this.#conclude({ ...current, ...result, attempts: current.attempts + 1 });
    this.#scope.store.flush();
  }

  #conclude(delivery: Delivery): void {
    if (!webhookEndpoints.find(this.#scope, delivery.endpoint)) {
      return finish(this.#scope, delivery, "dropped");
    }
    const status = delivery.last_status;
    if (status !== null && status >= 200 && status < 300) {
      return finish(this.#scope, delivery, "delivered");
    }
    const { firstRetryMs, maxRetryMs, giveUpAfterMs } = this.#scope.settings.delivery;
    const doublings = Math.min(delivery.attempts - 1, 30);
    const next = this.#now() + Math.min(firstRetryMs * 2 ** doublings, maxRetryMs);
    if (next - delivery.created_ms > giveUpAfterMs) {
      return finish(this.#scope, delivery, "failed");
    }
    openDeliveries.put(this.#scope, { ...delivery, next_attempt_ms: next });
  }

  async #send(delivery: Delivery): Promise<Pick<Delivery, "last_status" | "last_error">> {
    const endpoint = webhookEndpoints.find(this.#scope, delivery.endpoint);
    if (!endpoint) return { last_status: null, last_error: "The endpoint was deleted." };
    const planned = this.disorder.fail?.statusOf(delivery);
    if (planned !== undefined) return { last_status: planned, last_error: null };
    try {
      const stored = events.find(this.#scope, delivery.event);
      if (!stored) return { last_status: null, last_error: "The event was deleted." };
      const version = endpoint.api_version ?? stored.api_version;
      const { livemode = stored.livemode } = this.disorder;
      const event = { ...shown(this.#scope, stored, version), livemode };
      const payload = JSON.stringify(event, null, 2);
      const secret = signingSecret(this.#scope, endpoint.id);
      const { timeoutMs } = this.#scope.settings.delivery;
      const response = await fetch(endpoint.url, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": await signatureHeader(payload, secret, this.#scope.seconds()),
          "user-agent": "Stripe/1.0 (emulator)",
        },
        body: payload,
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closed.signal]),
      });
      await response.body?.cancel();
      return { last_status: response.status, last_error: null };
    } catch (error) {
      return { last_status: null, last_error: error instanceof Error ? error.message : "unknown" };
    }
  }

  #now(): number {
    return this.#scope.now().getTime();
  }
}
