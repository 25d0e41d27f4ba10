import type Stripe from "stripe";
import { z } from "zod";
import { createSession } from "../checkout/create.ts";
import { cancelCheckout } from "../checkout/expire.ts";
import { sessionParams } from "../checkout/session-params.ts";
import { invalidRequest } from "../core/errors.ts";
import { mergeMetadata } from "../core/objects.ts";
import { listRoute, paginate, paging, retrieveRoute } from "../http/pagination.ts";
import { metadata, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { lineItemsOf, sessions } from "../resources/checkout-sessions.ts";
import { customers } from "../resources/customers.ts";
import { invoices } from "../resources/invoices.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { setupIntents } from "../resources/setup-intents.ts";

const URL = "/v1/checkout/sessions";

const listLineItems = route("GET", `${URL}/:id/line_items`, paging, (scope, params, { id }) => {
  const items = lineItemsOf(scope, sessions.get(scope, id));
  return paginate(items, params, `${URL}/${id}/line_items`, (item, param) => {
    if (items.every((each) => each.id !== item)) {
      throw invalidRequest(`No such line item: '${item}'`, param, "resource_missing");
    }
  });
});

const update = route(
  "POST",
  `${URL}/:id`,
  { metadata: unsettable(metadata).optional() },
  (scope, params, { id }) => {
    const session = sessions.get(scope, id);
    return sessions.update(scope, session, {
      metadata: mergeMetadata(session.metadata ?? {}, params.metadata),
    });
  },
);

const expire = route("POST", `${URL}/:id/expire`, {}, (scope, _params, { id }) => {
  const session = sessions.get(scope, id);
  if (session.status !== "open") {
    throw invalidRequest(
      `Only an open session can be expired; the status of this one is ${session.status}.`,
    );
  }
  return cancelCheckout(scope, session);
});

const filters = {
  customer: text.optional(),
  customer_details: z.strictObject({ email: text }).optional(),
  payment_intent: text.optional(),
  status: z.enum(["open", "complete", "expired"]).optional(),
};

export const checkoutSessionResource: Resource = {
  object: "checkout.session",
  routes: [
    route("POST", URL, sessionParams, createSession),
    listRoute(
      URL,
      sessions,
      filters,
      (session, wanted) =>
        (wanted.customer ?? session.customer) === session.customer &&
        (wanted.payment_intent ?? session.payment_intent) === session.payment_intent &&
        (wanted.status ?? session.status) === session.status &&
        (wanted.customer_details === undefined ||
          wanted.customer_details.email === session.customer_details?.email),
    ),
    retrieveRoute(URL, sessions),
    listLineItems,
    update,
    expire,
  ],
  expands: {
    customer: reference("customer", () => customers),
    invoice: reference("invoice", () => invoices),
    payment_intent: reference("payment_intent", () => paymentIntents),
    setup_intent: reference("setup_intent", () => setupIntents),
    line_items: (scope, owner) => {
      const items = lineItemsOf(scope, owner as unknown as Stripe.Checkout.Session);
      return paginate(items, {}, `${URL}/${owner.id}/line_items`, () => {});
    },
  },
};
