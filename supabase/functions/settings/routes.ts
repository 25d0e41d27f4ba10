import type { z } from "@hono/zod-openapi";
import { type changeFields, SettingsChanged } from "../_shared/contracts/settings/changes.ts";
import {
  AccountingBody,
  AccountingSettings,
  JournalCodesBody,
  JournalCodeSettings,
} from "../_shared/contracts/settings/accounting.ts";
import {
  BlockedDomainsBody,
  BlockedDomainSettings,
} from "../_shared/contracts/settings/blocked-domains.ts";
import { FlagsBody, FlagSettings } from "../_shared/contracts/settings/flags.ts";
import { PackagesBody, PackageSettings } from "../_shared/contracts/settings/packages.ts";
import {
  AlertRulesBody,
  AlertSettings,
  PolicyBody,
  PolicySettings,
} from "../_shared/contracts/settings/policy.ts";
import { RatesBody, RateSettings } from "../_shared/contracts/settings/rates.ts";
import { LARGE_BODY_LIMIT_BYTES } from "../_shared/http/input/read-body.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";

const read = { method: "get", who: ["operator"], limit: "default", idempotent: false } as const;
const change = {
  method: "post",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  responses: { 200: SettingsChanged },
  errors: ["version_conflict"],
} as const;

type Change = z.output<z.ZodObject<typeof changeFields>>;

/** Returns the arguments that every change of settings has. */
function argsOf({ version, reason, dry_run }: Change) {
  return { p_version: version, p_reason: reason, p_dry_run: dry_run };
}

/** Reads the packages, with their version and history. */
export const readPackages = defineRoute({
  ...read,
  path: "/packages",
  summary: "Read the packages, their version and their history",
  responses: { 200: PackageSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_packages", {})),
});

/** Replaces the packages on sale. Orders that are open or paid keep their terms. */
export const setPackages = defineRoute({
  ...change,
  path: "/packages",
  summary: "Replace the packages on sale",
  description: "Adds, changes and restores the packages of the list, and retires those that the " +
    "list does not name. A package with `effective_from` changes at that time. Open and paid " +
    "orders keep their terms.",
  body: PackagesBody,
  handler: (call) =>
    idempotent(call, "settings_packages_set", {
      p_packages: call.body.packages,
      ...argsOf(call.body),
    }),
});

/** Reads the rates in force, with their version and history. */
export const readRates = defineRoute({
  ...read,
  path: "/rates",
  summary: "Read the rates, their version and their history",
  responses: { 200: RateSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_rates", {})),
});

/** Adds versions of rates. Earlier charges and open holds keep their rate. */
export const setRates = defineRoute({
  ...change,
  path: "/rates",
  summary: "Change rates, and add models",
  description:
    "Each changed rate gets a new version, in force from `effective_from` or from now on. " +
    "Earlier charges and open holds keep their rate.",
  bodyLimit: LARGE_BODY_LIMIT_BYTES,
  body: RatesBody,
  handler: (call) =>
    idempotent(call, "settings_rates_set", { p_rates: call.body.rates, ...argsOf(call.body) }),
});

/** Reads the policy: each setting with its value, default, unit and bounds. */
export const readPolicy = defineRoute({
  ...read,
  path: "/policy",
  summary: "Read the policy's settings, their version and their history",
  responses: { 200: PolicySettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_policy", {})),
});

/** Changes settings of the policy. The new values apply from now on. */
export const setPolicy = defineRoute({
  ...change,
  path: "/policy",
  summary: "Change settings of the policy",
  description:
    "An operator without a second factor can't set `operator_mfa` to a value that requires one: " +
    "the change and its dry run get 403 `mfa_required`.",
  body: PolicyBody,
  handler: (call) =>
    idempotent(call, "settings_policy_set", {
      p_changes: call.body.changes,
      p_has_second_factor: call.caller.kind === "user" && call.caller.hasSecondFactor,
      p_livemode: call.services.stripeMode === "live",
      ...argsOf(call.body),
    }),
});

/** Reads the alert rules with their figures and defaults. */
export const readAlertRules = defineRoute({
  ...read,
  path: "/alerts",
  summary: "Read the alert rules, their version and their history",
  responses: { 200: AlertSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_alerts", {})),
});

/** Changes figures of alert rules. The next evaluation uses them. */
export const setAlertRules = defineRoute({
  ...change,
  path: "/alerts",
  summary: "Change figures of alert rules",
  body: AlertRulesBody,
  handler: (call) =>
    idempotent(call, "settings_alerts_set", { p_rules: call.body.rules, ...argsOf(call.body) }),
});

/** Reads the feature flags, with their version and history. */
export const readFlags = defineRoute({
  ...read,
  path: "/flags",
  summary: "Read the feature flags, their version and their history",
  responses: { 200: FlagSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_flags", {})),
});

/** Sets feature flags. Every process reads the new state within five seconds. */
export const setFlags = defineRoute({
  ...change,
  path: "/flags",
  summary: "Set feature flags",
  description:
    "Switches features off, on, or on for a percentage of users. Every process reads the new " +
    "state within five seconds.",
  body: FlagsBody,
  handler: (call) =>
    idempotent(call, "settings_flags_set", { p_flags: call.body.flags, ...argsOf(call.body) }),
});

/** Reads the accounting policies, with their version and history. */
export const readAccounting = defineRoute({
  ...read,
  path: "/accounting",
  summary: "Read the accounting policies, their version and their history",
  responses: { 200: AccountingSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_accounting", {})),
});

/** Changes accounting policies. Each order keeps the version under which it was paid. */
export const setAccounting = defineRoute({
  ...change,
  path: "/accounting",
  summary: "Change accounting policies",
  description:
    "Each changed policy gets a new version, in force from `effective_from` or from now " +
    "on. Orders keep the version that they were paid under, so no figure of a report changes.",
  body: AccountingBody,
  handler: (call) =>
    idempotent(call, "settings_accounting_set", {
      p_policies: call.body.policies,
      ...argsOf(call.body),
    }),
});

/** Reads the codes of the journal's accounts, with their version and history. */
export const readJournalCodes = defineRoute({
  ...read,
  path: "/journal-codes",
  summary: "Read the codes of the journal, their version and their history",
  responses: { 200: JournalCodeSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_journal_codes", {})),
});

/** Changes codes of the journal's accounts. Closed months keep the earlier codes. */
export const setJournalCodes = defineRoute({
  ...change,
  path: "/journal-codes",
  summary: "Change codes of the journal",
  description:
    "Each changed account gets its code from the day `effective_from` on. Days before it, " +
    "and closed months, keep their codes.",
  body: JournalCodesBody,
  handler: (call) =>
    idempotent(call, "settings_journal_codes_set", {
      p_codes: call.body.codes,
      ...argsOf(call.body),
    }),
});

/** Reads the domains without welcome credits, with their version and history. */
export const readBlockedDomains = defineRoute({
  ...read,
  path: "/blocked-domains",
  summary: "Read the domains without welcome credits, their version and their history",
  responses: { 200: BlockedDomainSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_blocked_domains", {})),
});

/** Replaces the list of domains without welcome credits. Credits that were already granted stay. */
export const setBlockedDomains = defineRoute({
  ...change,
  path: "/blocked-domains",
  summary: "Replace the domains without welcome credits",
  description:
    "The list replaces the earlier list. Each domain includes its subdomains. Credits that were " +
    "already granted stay.",
  bodyLimit: LARGE_BODY_LIMIT_BYTES,
  body: BlockedDomainsBody,
  handler: (call) =>
    idempotent(call, "settings_blocked_domains_set", {
      p_domains: call.body.domains,
      ...argsOf(call.body),
    }),
});
