import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { pendingEndpoints } from "./deliveries.ts";
import { accountVersion, renderIn } from "./api-versions.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The general form of Stripe's event, which is a union of hundreds. Its object is of the newest version. */
export interface StoredEvent {
  id: string;
  object: "event";
  /** The connected account that the event is of; absent: our own. */
  account?: string;
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: Stripe.Event.Type;
}

const stored = collection<StoredEvent>("event");

/** Stripe shows events of the last thirty days. */
const SHOWN_SECONDS = 30 * 24 * 3_600;

/**
 * As the API and deliveries show them. `pending_webhooks` counts the deliveries that are not yet answered
 * with success, as of now; what an older version lists inside an object is as of now too.
 */
export const events = {
  ...stored,
  get: (scope: Scope, id: string, param?: string) => shown(scope, stored.get(scope, id, param)),
  all: (scope: Scope) => {
    const oldest = scope.seconds() - SHOWN_SECONDS;
    return stored.all(scope).filter((event) => event.created >= oldest);
  },
};

/** An event in the account's version of then, or in an endpoint's. */
export function shown(
  scope: Scope,
  event: StoredEvent,
  api_version = event.api_version,
): StoredEvent {
  const data = { ...event.data, object: renderIn(scope, api_version, event.data.object) };
  return { ...event, api_version, data, pending_webhooks: pendingEndpoints(scope, event.id) };
}

/** Records an event with a snapshot of its object, as it is now. */
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

/** `charge.*` matches every type that begins with `charge.`, `*` every type. */
export function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}
