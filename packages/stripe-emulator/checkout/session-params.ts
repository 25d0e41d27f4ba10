import { z } from "zod";
import { lineItemParams } from "./line-items.ts";
import {
  currency,
  email,
  flag,
  integer,
  metadata,
  natural,
  storedOnly,
  text,
  unsupported,
  url,
} from "../http/params.ts";

/** The fields of the payment intent that the buyer's first attempt to pay creates. */
const paymentIntentData = z.strictObject({
  application_fee_amount: natural.optional(),
  capture_method: z.enum(["automatic", "automatic_async"]).optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  on_behalf_of: text.optional(),
  receipt_email: email.optional(),
  setup_future_usage: z.enum(["off_session", "on_session"]).optional(),
  shipping: storedOnly,
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_data: z.strictObject({ amount: natural.optional(), destination: text }).optional(),
  transfer_group: text.optional(),
});

const LOCALES = (
  "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt " +
  "nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
).split(" ");

const invoiceData = z.strictObject({
  description: text.optional(),
  footer: text.optional(),
  metadata: metadata.optional(),
  account_tax_ids: unsupported,
  custom_fields: unsupported,
  issuer: unsupported,
  rendering_options: unsupported,
});

const update = z.enum(["auto", "never"]).optional();

/** Parameters that only change how Stripe's page looks, or what other data the page asks for. */
const cosmetic = {
  adaptive_pricing: storedOnly,
  branding_settings: storedOnly,
  consent_collection: storedOnly,
  custom_text: storedOnly,
  name_collection: storedOnly,
  phone_number_collection: storedOnly,
  submit_type: storedOnly,
  wallet_options: storedOnly,
};

/** The parameters of `POST /v1/checkout/sessions` in API version 2026-10-28.endive. */
export const sessionParams = {
  ...cosmetic,
  allowed_payment_method_types: z.array(text).optional(),
  cancel_url: url.optional(),
  client_reference_id: text.max(200).optional(),
  currency: currency.optional(),
  customer: text.optional(),
  customer_creation: z.enum(["always", "if_required"]).optional(),
  customer_email: email.optional(),
  excluded_payment_method_types: z.array(text).optional(),
  expires_at: integer.optional(),
  integration_identifier: text.optional(),
  line_items: lineItemParams.optional(),
  metadata: metadata.optional(),
  mode: z.enum(["payment", "setup", "subscription"]),
  payment_intent_data: paymentIntentData.optional(),
  payment_method_options: storedOnly,
  success_url: url,
  ui_mode: z.enum(["hosted_page", "embedded_page", "elements", "form"]).optional(),
  after_expiration: unsupported,
  allow_promotion_codes: flag.optional(),
  automatic_tax: z.strictObject({ enabled: flag, liability: unsupported }).optional(),
  billing_address_collection: z.enum(["auto", "required"]).optional(),
  custom_fields: unsupported,
  customer_account: unsupported,
  customer_update: z.strictObject({ address: update, name: update, shipping: update }).optional(),
  discounts: unsupported,
  invoice_creation: z.strictObject({ enabled: flag, invoice_data: invoiceData.optional() })
    .optional(),
  locale: z.enum(LOCALES, `must be one of ${LOCALES.join(", ")}`).optional(),
  managed_payments: unsupported,
  optional_items: unsupported,
  origin_context: storedOnly,
  payment_method_collection: unsupported,
  payment_method_configuration: unsupported,
  payment_method_data: unsupported,
  permissions: unsupported,
  redirect_on_completion: unsupported,
  return_url: unsupported,
  saved_payment_method_options: unsupported,
  setup_intent_data: z.strictObject({
    description: text.optional(),
    metadata: metadata.optional(),
    on_behalf_of: text.optional(),
  }).optional(),
  shipping_address_collection: unsupported,
  shipping_options: unsupported,
  subscription_data: unsupported,
  tax_id_collection: z.strictObject({
    enabled: flag,
    required: z.enum(["if_supported", "never"]).optional(),
  }).optional(),
};

export type SessionParams = z.output<z.ZodObject<typeof sessionParams>>;
