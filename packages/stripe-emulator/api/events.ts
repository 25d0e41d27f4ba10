import { z } from "zod";
import { resourceMissing } from "../core/errors.ts";
import { listRoute } from "../http/pagination.ts";
import { flag, text } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { pendingEndpoints } from "../resources/deliveries.ts";
import { events, matchesType, shown, type StoredEvent } from "../resources/events.ts";
import type { Scope } from "../store/scope.ts";

const filters = {
  type: text.optional(),
  types: z.array(text).max(20).optional(),
  delivery_success: flag.optional(),
};

/**
 * Whether the caller may see an event. As in Stripe, a caller sees events of a connected account
 * only with that account's id in `Stripe-Account`.
 */
function belongs(event: StoredEvent, scope: Scope): boolean {
  return (event.account ?? null) === scope.account;
}

const list = listRoute("/v1/events", events, filters, (event, wanted, scope) => {
  if (!belongs(event, scope)) return false;
  const patterns = wanted.types ?? [wanted.type ?? "*"];
  if (!patterns.some((pattern: string) => matchesType(pattern, event.type))) return false;
  if (wanted.delivery_success === undefined) return true;
  return wanted.delivery_success === (pendingEndpoints(scope, event.id) === 0);
}, (scope, event) => shown(scope, event));

export const eventResource: Resource = {
  object: "event",
  routes: [
    list,
    route("GET", "/v1/events/:id", {}, (scope, _params, { id }) => {
      const event = events.get(scope, id);
      if (!belongs(event, scope)) throw resourceMissing("event", id);
      return event;
    }),
  ],
  expands: {},
};
