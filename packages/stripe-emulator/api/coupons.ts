import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { randomText } from "../core/ids.ts";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { currency, integer, metadata, text, unsettable, unsupported } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { coupons } from "../resources/coupons.ts";

type Coupon = Stripe.Coupon;

const URL = "/v1/coupons";

const positive = integer.refine((value) => value > 0, "parameter_invalid_integer");

const percent = z.string().regex(
  /^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/,
  "must be a percentage above 0, at most 100, with at most two decimals",
).transform(Number).refine((value) => value > 0, "must be a percentage above 0");

const create = route("POST", URL, {
  amount_off: positive.optional(),
  currency: currency.optional(),
  duration: z.enum(["forever", "once", "repeating"]).optional(),
  duration_in_months: positive.optional(),
  id: text.optional(),
  max_redemptions: positive.optional(),
  metadata: unsettable(metadata).optional(),
  name: text.max(40).optional(),
  percent_off: percent.optional(),
  redeem_by: integer.optional(),
  applies_to: unsupported,
  currency_options: unsupported,
}, (scope, { metadata: given, ...params }) => {
  if ((params.amount_off === undefined) === (params.percent_off === undefined)) {
    throw invalidRequest("You must pass either amount_off or percent_off.", "percent_off");
  }
  if (params.amount_off !== undefined && params.currency === undefined) {
    throw invalidRequest("You must pass currency when passing amount_off.", "currency");
  }
  if (params.id && coupons.find(scope, params.id)) {
    throw invalidRequest("Coupon already exists.", "id", "resource_already_exists");
  }
  const coupon = coupons.put(scope, {
    object: "coupon",
    amount_off: null,
    created: scope.seconds(),
    duration: "once",
    duration_in_months: null,
    livemode: false,
    max_redemptions: null,
    metadata: given ?? {},
    name: null,
    percent_off: null,
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
    ...defined(params),
    currency: params.amount_off === undefined ? null : params.currency ?? null,
    id: params.id ?? randomText(8),
  } as Coupon);
  scope.emit("coupon.created", coupon);
  return coupon;
});

const update = route("POST", `${URL}/:id`, {
  metadata: unsettable(metadata).optional(),
  name: unsettable(text.max(40)).optional(),
  currency_options: unsupported,
}, (scope, params, { id }) => {
  const before = coupons.get(scope, id);
  const after = coupons.update(scope, before, {
    ...(params.name !== undefined && { name: params.name }),
    metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
  });
  scope.emit("coupon.updated", after);
  return after;
});

/**
 * Deleting a coupon makes its promotion codes invalid. Purchases that used these codes keep their
 * discount.
 */
const remove = route("DELETE", `${URL}/:id`, {}, (scope, _params, { id }) => {
  const coupon = coupons.update(scope, coupons.get(scope, id), { valid: false });
  scope.emit("coupon.deleted", coupon);
  return { id, object: "coupon", deleted: true };
});

export const couponResource: Resource = {
  object: "coupon",
  routes: [
    create,
    listRoute(URL, coupons, {}, () => true),
    retrieveRoute(URL, coupons),
    update,
    remove,
  ],
  expands: {},
};
