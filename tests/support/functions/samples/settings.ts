/** A valid result of each database function of settings, in the format that SQL returns. */
import type { SettingResults } from "../../../../supabase/functions/_shared/contracts/database/results/settings.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";

const past = {
  version: "4711",
  changed_at: NOW,
  author: "operator:4b0f1c5e-9f5d-4c2b-8a51-6a1f6a0d2f10",
  reason: "a new price",
  name: "starter",
  fields: [{ field: "amount", from: "999", to: "1099" }],
};

const figures = {
  threshold: "0.05",
  fine_at: "0.04",
  factor: null,
  minimum: "20",
  period: "300",
  baseline: null,
  fires_after: "0",
  resolves_after: "300",
};

/** The result of a request that changes one field, or of the dry run of such a request. */
function changed(
  isDryRun: boolean | undefined,
  name: string,
  field: string,
  version: number | null = 2,
) {
  return {
    status: 200,
    replayed: false,
    data: {
      version: "4712",
      dry_run: isDryRun ?? true,
      changes: [{
        name,
        change: "changed" as const,
        version,
        fields: [{ field, from: "999", to: "1099" }],
      }],
      unchanged: 0,
    },
  };
}

export const SETTING_SAMPLES: SamplesOf<SettingResults> = {
  settings_packages: () => ({
    version: "4711",
    packages: [{
      id: "b04eb8da-a595-4fbc-a8f4-708b219f705a",
      version: 2,
      slug: "starter",
      name: "Starter",
      description: null,
      highlight: false,
      sort: 0,
      credits: "9990",
      bonus_credits: "0",
      prices: [{ currency: "usd", amount: 1099 }],
      active: true,
      effective_from: NOW,
    }],
    scheduled: [],
    history: [past],
  }),
  settings_packages_set: ({ p_dry_run }) => changed(p_dry_run, "starter", "price_usd"),
  settings_rates: () => ({
    version: "4711",
    rates: [{
      model: "mini",
      version: 1,
      input_per_million_usd: "1",
      cached_input_per_million_usd: null,
      cache_write_per_million_usd: null,
      output_per_million_usd: "2",
      reasoning_per_million_usd: null,
      markup: "4",
      effective_from: NOW,
    }],
    scheduled: [],
    history: [past],
  }),
  settings_rates_set: ({ p_dry_run }) => changed(p_dry_run, "mini", "input_per_million_usd"),
  settings_policy: () => ({
    version: "4711",
    settings: [{
      name: "low_balance",
      value: "500",
      default: "500",
      kind: "decimal",
      unit: "credits",
      lowest: "0",
      highest: "99999999999999999999",
      choices: null,
      description: "The available credits below which a user is notified.",
    }],
    history: [past],
  }),
  settings_policy_set: ({ p_dry_run }) => changed(p_dry_run, "policy", "low_balance", null),
  settings_alerts: () => ({
    version: "4711",
    rules: [{
      rule: "error_rate",
      severity: "critical",
      enabled: true,
      ...figures,
      unit: "share of requests",
      description: "Requests that end in a server error.",
      runbook: "docs/runbooks/error_rate.md",
      defaults: figures,
    }],
    history: [past],
  }),
  settings_alerts_set: ({ p_dry_run }) => changed(p_dry_run, "error_rate", "threshold", null),
  settings_blocked_domains: () => ({
    version: "4711",
    domains: ["mailinator.com"],
    history: [past],
  }),
  settings_blocked_domains_set: ({ p_dry_run }) =>
    changed(p_dry_run, "mailinator.com", "domain", null),
  settings_flags: () => ({
    version: "4711",
    flags: [{ name: "b2b", state: "on", percentage: 0, changed_by: null, changed_at: NOW }],
    history: [past],
  }),
  settings_flags_set: ({ p_dry_run }) => changed(p_dry_run, "b2b", "state", null),
  settings_accounting: () => ({
    version: "4711",
    time_zone: "UTC",
    policies: [{
      name: "bonus_allocation",
      value: "pro_rata",
      version: 1,
      effective_from: NOW,
      choices: ["pro_rata", "zero"],
      description: "Whether bonus credits have a price.",
      scheduled: [],
    }],
    history: [past],
  }),
  settings_accounting_set: ({ p_dry_run }) => changed(p_dry_run, "bonus_allocation", "value"),
  settings_journal_codes: () => ({
    version: "4711",
    open_from: "2026-11-01",
    codes: [{
      account: "refunds",
      code: "4910",
      version: 1,
      effective_from: "1970-01-01",
      scheduled: [],
    }],
    history: [past],
  }),
  settings_journal_codes_set: ({ p_dry_run }) => changed(p_dry_run, "refunds", "code"),
};
