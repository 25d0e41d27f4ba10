/** Settings: their values, versions and history, and how an operator changes or restores them. */
export { AlertRulesPage } from "./alert-rules.tsx";
export { BlockedDomainsPage } from "./blocked-domains.tsx";
export { AccountingPage, JournalCodesPage } from "./bookkeeping.tsx";
export { FlagsPage } from "./flags.tsx";
export { PackagesPage } from "./packages.tsx";
export { FraudPage, PolicyPage } from "./policy.tsx";
export { RatesPage } from "./rates.tsx";
export { SettingsPage } from "./settings.tsx";
