/** A valid answer of each database function of settings, in the format that SQL returns. */
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
    history: [past],
  }),
  settings_packages_set: ({ p_dry_run }) => ({
    status: 200,
    replayed: false,
    data: {
      version: "4712",
      dry_run: p_dry_run ?? true,
      changes: [{
        name: "starter",
        change: "changed",
        version: 2,
        fields: [{ field: "price_usd", from: "999", to: "1099" }],
      }],
      unchanged: 0,
    },
  }),
};
