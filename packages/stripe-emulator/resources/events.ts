import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { pendingEndpoints } from "./deliveries.ts";
import { accountVersion, renderIn } from "./api-versions.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/**
 * A stored event. Its type is general, because Stripe's own type is a union of hundreds of types.
 * Its object is stored in the format of the newest API version.
 */
export interface StoredEvent {
  id: string;
  object: "event";
  /**
   * The id of the event's connected account. Absent: the event belongs to the platform's own
   * account.
   */
  account?: string;
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: Stripe.Event.Type;
}

const stored = collection<StoredEvent>("event");

/** How long events can be listed: 30 days, as in Stripe. */
const SHOWN_SECONDS = 30 * 24 * 3_600;

/**
 * The events. `all` returns the events of the last 30 days as they are stored. `get` returns an
 * event as the API shows it: `pending_webhooks` is the number of endpoints that have not yet
 * answered with success. In an older API version, the event's object may contain a list, such as a
 * charge's refunds. The list shows the current state, not the state at the time of the event.
 */
export const events = {
  ...stored,
  get: (scope: Scope, id: string, param?: string) => shown(scope, stored.get(scope, id, param)),
  all: (scope: Scope) => {
    const oldest = scope.seconds() - SHOWN_SECONDS;
    return stored.all(scope).filter((event) => event.created >= oldest);
  },
};

/**
 * Returns an event in a given API version, such as the version of an endpoint. By default this is
 * the version that the account had when the event happened.
 */
export function shown(
  scope: Scope,
  event: StoredEvent,
  api_version = event.api_version,
): StoredEvent {
  const data = { ...event.data, object: renderIn(scope, api_version, event.data.object) };
  return { ...event, api_version, data, pending_webhooks: pendingEndpoints(scope, event.id) };
}

/** Records an event with a snapshot of its object. */
export function recordEvent(
  scope: Scope,
  type: Stripe.Event.Type,
  object: object,
  previous?: object,
  account?: string,
): StoredEvent {
  return stored.put(scope, {
    id: newId("evt"),
    object: "event",
    ...(account !== undefined && { account }),
    api_version: accountVersion(scope),
    created: scope.seconds(),
    data: structuredClone({ object, ...(previous && { previous_attributes: previous }) }),
    livemode: false,
    pending_webhooks: 0,
    request: { ...scope.cause },
    type,
  });
}

/**
 * Whether an event type matches a pattern: `charge.*` matches every type that begins with
 * `charge.`, and `*` matches every type.
 */
export function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}
