/** Results of the database functions for alerts, feature flags and fraud. */
import type * as alerts from "../../alerts.ts";
import type * as features from "../../features.ts";
import type * as fraud from "../../fraud.ts";
import type { Of, Page, Stored } from "./shapes.ts";

export type FeatureSetting = Of<typeof features.Feature>;

export interface AlertResults {
  alerts_list: Page<"alerts", Of<typeof alerts.Alert>>;
  alerts_read: Of<typeof alerts.Alert>;
  /**
   * Records the operator or the secret key that acknowledges an open alert. An acknowledged or
   * resolved alert stays unchanged.
   */
  alerts_acknowledge: Of<typeof alerts.Alert>;
}

export interface FeatureResults {
  features_read: FeatureSetting[];
  features_set: FeatureSetting;
}

export interface FraudResults {
  fraud_decisions_list: Page<"decisions", Of<typeof fraud.Decision>>;
  fraud_blocks_list: Page<"blocks", Of<typeof fraud.Block>>;
  fraud_blocks_add: Stored<Of<typeof fraud.Block>>;
  fraud_blocks_remove: Of<typeof fraud.Block>;
  warnings_list: Page<"warnings", Of<typeof fraud.Warning>>;
  warnings_clear: Stored<Of<typeof fraud.ClearedWarning>>;
  fraud_policy_read: Of<typeof fraud.FraudPolicy>;
  fraud_policy_set: Stored<Of<typeof fraud.FraudPolicy>>;
}
