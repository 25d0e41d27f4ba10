/** A valid result of each database function of feature flags. */
import type { FeatureResults } from "../../../../supabase/functions/_shared/contracts/database/results/operators.ts";
import type { SamplesOf } from "./database.ts";

export const FEATURE_SAMPLES: SamplesOf<FeatureResults> = {
  features_read: () => [
    { name: "b2b", state: "on", percentage: 0 },
    { name: "b2c", state: "on", percentage: 0 },
  ],
  features_set: ({ p_name, p_state, p_percentage }) => ({
    name: p_name,
    state: p_state,
    percentage: p_percentage ?? 0,
  }),
};
