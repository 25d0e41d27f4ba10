import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { newId, randomText } from "../core/ids.ts";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import {
  currency,
  flag,
  integer,
  metadata,
  text,
  unsettable,
  unsupported,
} from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { coupons } from "../resources/coupons.ts";
import { customers, requireCustomer } from "../resources/customers.ts";
import { findCode, type PromotionCode, promotionCodes } from "../resources/promotion-codes.ts";

const URL = "/v1/promotion_codes";

const positive = integer.refine((value) => value > 0, "parameter_invalid_integer");

const codeText = z.string().regex(
  /^[a-zA-Z0-9-]{1,500}$/,
  "may only contain letters, digits and dashes",
);

const create = route("POST", URL, {
  active: flag.optional(),
  code: codeText.optional(),
  customer: text.optional(),
  customer_account: unsupported,
  expires_at: integer.optional(),
  max_redemptions: positive.optional(),
  metadata: metadata.optional(),
  promotion: z.strictObject({ coupon: text, type: z.literal("coupon") }),
  restrictions: z.strictObject({
    currency_options: unsupported,
    first_time_transaction: flag.optional(),
    minimum_amount: positive.optional(),
    minimum_amount_currency: currency.optional(),
  }).optional(),
}, (scope, { promotion, restrictions, metadata: given, ...params }) => {
  const coupon = coupons.get(scope, promotion.coupon, "promotion[coupon]");
  if (!coupon.valid) throw invalidRequest("The coupon is not valid.", "promotion[coupon]");
  if (params.customer) requireCustomer(scope, params.customer, "customer");
  const code = params.code ?? randomText(8).toUpperCase();
  if (findCode(scope, code)) {
    throw invalidRequest(`An active promotion code with \`code: ${code}\` already exists.`, "code");
  }
  const { minimum_amount, minimum_amount_currency } = restrictions ?? {};
  if ((minimum_amount === undefined) !== (minimum_amount_currency === undefined)) {
    const param = "restrictions[minimum_amount_currency]";
    throw invalidRequest(
      "Send both minimum_amount and minimum_amount_currency, or neither.",
      param,
    );
  }
  const made = promotionCodes.put(scope, {
    object: "promotion_code",
    active: true,
    customer: null,
    customer_account: null,
    expires_at: null,
    livemode: false,
    max_redemptions: null,
    ...defined(params),
    code,
    created: scope.seconds(),
    id: newId("promo"),
    metadata: given ?? {},
    promotion: { coupon: coupon.id, type: "coupon" },
    restrictions: {
      first_time_transaction: restrictions?.first_time_transaction ?? false,
      minimum_amount: minimum_amount ?? null,
      minimum_amount_currency: minimum_amount_currency ?? null,
    },
    times_redeemed: 0,
  } as PromotionCode);
  scope.emit("promotion_code.created", made);
  return made;
});

const update = route("POST", `${URL}/:id`, {
  active: flag.optional(),
  metadata: unsettable(metadata).optional(),
  restrictions: unsupported,
}, (scope, params, { id }) => {
  const before = promotionCodes.get(scope, id);
  const after = promotionCodes.update(scope, before, {
    active: params.active ?? before.active,
    metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
  });
  scope.emit("promotion_code.updated", after);
  return after;
});

const filters = {
  active: flag.optional(),
  code: text.optional(),
  coupon: text.optional(),
  customer: text.optional(),
};

export const promotionCodeResource: Resource = {
  object: "promotion_code",
  routes: [
    create,
    listRoute(
      URL,
      promotionCodes,
      filters,
      (each, wanted) =>
        (wanted.active ?? each.active) === each.active &&
        (wanted.code ?? each.code).toLowerCase() === each.code.toLowerCase() &&
        (wanted.coupon ?? each.promotion.coupon) === each.promotion.coupon &&
        (wanted.customer ?? each.customer) === each.customer,
    ),
    retrieveRoute(URL, promotionCodes),
    update,
  ],
  expands: { customer: reference("customer", () => customers) },
};
