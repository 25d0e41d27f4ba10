import { z } from "zod";
import { createAccount, updateAccount, withCapabilities } from "../connect/accounts.ts";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute } from "../http/pagination.ts";
import { currency, email, flag, metadata, unsettable, unsupported } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { type Account, accounts, requireAccount } from "../resources/accounts.ts";

const capabilities = z.record(z.string(), z.strictObject({ requested: flag.optional() }));

const fields = {
  business_profile: z.record(z.string(), z.unknown()).optional(),
  business_type: z.enum(["company", "government_entity", "individual", "non_profit"]).optional(),
  capabilities: capabilities.optional(),
  default_currency: currency.optional(),
  email: email.optional(),
  metadata: unsettable(metadata).optional(),
  account_token: unsupported,
  company: unsupported,
  documents: unsupported,
  external_account: unsupported,
  groups: unsupported,
  individual: unsupported,
  settings: unsupported,
  tos_acceptance: unsupported,
};

const controller = z.strictObject({
  fees: z.strictObject({ payer: z.enum(["account", "application"]) }).optional(),
  losses: z.strictObject({ payments: z.enum(["application", "stripe"]) }).optional(),
  requirement_collection: z.enum(["application", "stripe"]).optional(),
  stripe_dashboard: z.strictObject({ type: z.enum(["express", "full", "none"]) }).optional(),
});

const create = route(
  "POST",
  "/v1/accounts",
  {
    ...fields,
    controller: controller.optional(),
    country: z.string().regex(/^[A-Z]{2}$/, "This value must be a two-letter country code.")
      .optional(),
    type: z.enum(["custom", "express", "standard"]).optional(),
  },
  createAccount,
);

const update = route("POST", "/v1/accounts/:id", fields, (scope, params, { id }) => {
  const before = requireAccount(scope, id);
  const { business_profile = {}, capabilities: asked = {}, metadata: given, ...rest } = params;
  const state = before.charges_enabled ? "active" : "inactive";
  return updateAccount(scope, before, {
    ...defined(rest),
    business_profile: { ...before.business_profile, ...business_profile },
    capabilities: withCapabilities({ ...before.capabilities }, asked, state),
    metadata: mergeMetadata(before.metadata ?? {}, given),
  } as Partial<Account>);
});

const remove = route("DELETE", "/v1/accounts/:id", {}, (scope, _params, { id }) => {
  requireAccount(scope, id);
  accounts.remove(scope, id);
  return { id, object: "account", deleted: true };
});

export const accountResource: Resource = {
  object: "account",
  routes: [
    create,
    listRoute("/v1/accounts", accounts, {}, () => true),
    route("GET", "/v1/accounts/:id", {}, (scope, _params, { id }) => requireAccount(scope, id)),
    update,
    remove,
  ],
  expands: {},
};
