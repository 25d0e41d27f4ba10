import type Stripe from "stripe";
import { randomText } from "../core/ids.ts";
import { changed, defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import { type Account, accounts } from "../resources/accounts.ts";
import type { Scope } from "../store/scope.ts";

type Controller = Stripe.Account.Controller;
type RequestedController = { [K in keyof Controller]?: Controller[K] | undefined };

type Reason = Stripe.Account.Requirements["disabled_reason"];

/** The details that Stripe requires before a new account may take payments. */
const WANTED = ["business_profile.url", "external_account", "tos_acceptance.date"];

/** The controller properties that correspond to each of the older account types. */
const CONTROLLERS: Record<string, Omit<Controller, "type">> = {
  standard: controller("account", "stripe", "stripe", "full"),
  express: controller("application_express", "application", "stripe", "express"),
  custom: controller("application_custom", "application", "application", "none"),
};

function controller(payer: string, losses: string, collection: string, dashboard: string) {
  return {
    fees: { payer },
    is_controller: true,
    losses: { payments: losses },
    requirement_collection: collection,
    stripe_dashboard: { type: dashboard },
  };
}

export interface NewAccount {
  business_profile?: object | undefined;
  type?: string | undefined;
  controller?: RequestedController | undefined;
  country?: string | undefined;
  default_currency?: string | undefined;
  capabilities?: Record<string, { requested?: boolean | undefined }> | undefined;
  metadata?: Record<string, string> | null | undefined;
}

const CURRENCIES: Record<string, string> = { GB: "gbp", JP: "jpy", US: "usd", CH: "chf" };

/** Creates a connected account that can neither take payments nor receive payouts yet. */
export function createAccount(scope: Scope, given: NewAccount): Account {
  const {
    business_profile,
    capabilities,
    controller: requestedController,
    type,
    metadata,
    ...fields
  } = given;
  const id = `acct_1${randomText(15)}`;
  const draft = example<Account>("account");
  const country = given.country ?? "US";
  const asked = capabilities ??
    { card_payments: { requested: true }, transfers: { requested: true } };
  return accounts.put(scope, {
    ...draft,
    email: null,
    ...defined(fields),
    business_profile: { ...draft.business_profile, ...business_profile },
    id,
    capabilities: withCapabilities({}, asked, "inactive"),
    charges_enabled: false,
    controller: {
      ...CONTROLLERS[type ?? (requestedController ? "standard" : "express")],
      ...defined(requestedController ?? {}),
      type: "application",
    },
    country,
    created: scope.seconds(),
    default_currency: given.default_currency ?? CURRENCIES[country] ?? "eur",
    details_submitted: false,
    external_accounts: {
      object: "list",
      data: [],
      has_more: false,
      url: `/v1/accounts/${id}/external_accounts`,
    },
    metadata: metadata ?? {},
    payouts_enabled: false,
    requirements: requirements("requirements.past_due", WANTED),
    type: type ?? typeOf(requestedController),
  } as Account);
}

/**
 * Returns the type of an account that is created without a type: `express` if the account has no
 * controller properties, or if its properties choose the Express dashboard; otherwise `none`.
 */
function typeOf(requestedController: RequestedController | undefined): string {
  if (!requestedController) return "express";
  return requestedController.stripe_dashboard?.type === "express" ? "express" : "none";
}

export function withCapabilities(
  before: Record<string, string>,
  asked: NonNullable<NewAccount["capabilities"]>,
  state: "active" | "inactive",
): Record<string, string> {
  const wanted = Object.entries(asked).filter(([, { requested }]) => requested);
  const dropped = Object.entries(asked).filter(([, { requested }]) => requested === false);
  const all = { ...before, ...Object.fromEntries(wanted.map(([name]) => [name, state])) };
  const gone = dropped.map(([name]) => name);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !gone.includes(name)));
}

/**
 * The states of a connected account. Onboarding or a later decision of Stripe changes the state.
 */
export type Standing = "enabled" | "in_review" | "restricted" | "disabled";

const REASONS: Record<Standing, Reason> = {
  enabled: null,
  in_review: "requirements.pending_verification",
  restricted: "requirements.past_due",
  disabled: "rejected.fraud",
};

/** Changes a connected account's state and emits `account.updated`. */
export function bringTo(scope: Scope, before: Account, standing: Standing): Account {
  const enabled = standing === "enabled";
  const state = enabled ? "active" : standing === "in_review" ? "pending" : "inactive";
  const names = Object.keys(before.capabilities ?? {});
  const due = standing === "restricted" ? ["individual.verification.document"] : [];
  return updateAccount(scope, before, {
    capabilities: Object.fromEntries(
      names.map((name) => [name, state]),
    ) as Stripe.Account.Capabilities,
    charges_enabled: enabled,
    details_submitted: true,
    payouts_enabled: enabled,
    requirements: requirements(REASONS[standing], due),
  });
}

/**
 * Changes a connected account and emits `account.updated`. This event goes to webhook endpoints
 * that listen to connected accounts.
 */
export function updateAccount(scope: Scope, before: Account, changes: Partial<Account>): Account {
  const after = accounts.update(scope, before, changes);
  const previous = changed(before, after);
  if (Object.keys(previous).length > 0) scope.emit("account.updated", after, previous, after.id);
  return after;
}

function requirements(disabled_reason: Reason, due: string[]): Stripe.Account.Requirements {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  };
}
