/** Results of the database functions for settings. */
import type { SettingsChanged } from "../../settings/changes.ts";
import type { AccountingSettings, JournalCodeSettings } from "../../settings/accounting.ts";
import type { BlockedDomainSettings } from "../../settings/blocked-domains.ts";
import type { FlagSettings } from "../../settings/flags.ts";
import type { PackageSettings } from "../../settings/packages.ts";
import type { AlertSettings, PolicySettings } from "../../settings/policy.ts";
import type { RateSettings } from "../../settings/rates.ts";
import type { Of, Stored } from "./shapes.ts";

type Changed = Stored<Of<typeof SettingsChanged>>;

export interface SettingResults {
  settings_packages: Of<typeof PackageSettings>;
  settings_packages_set: Changed;
  settings_rates: Of<typeof RateSettings>;
  settings_rates_set: Changed;
  settings_policy: Of<typeof PolicySettings>;
  settings_policy_set: Changed;
  settings_alerts: Of<typeof AlertSettings>;
  settings_alerts_set: Changed;
  settings_blocked_domains: Of<typeof BlockedDomainSettings>;
  settings_blocked_domains_set: Changed;
  settings_flags: Of<typeof FlagSettings>;
  settings_flags_set: Changed;
  settings_accounting: Of<typeof AccountingSettings>;
  settings_accounting_set: Changed;
  settings_journal_codes: Of<typeof JournalCodeSettings>;
  settings_journal_codes_set: Changed;
}
