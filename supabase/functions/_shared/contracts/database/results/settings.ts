/** Results of the functions for settings. */
import type { SettingsChanged } from "../../settings/changes.ts";
import type { PackageSettings } from "../../settings/packages.ts";
import type { Of, Stored } from "./shapes.ts";

export interface SettingResults {
  settings_packages: Of<typeof PackageSettings>;
  settings_packages_set: Stored<Of<typeof SettingsChanged>>;
}
