/** One true answer of each database function of feature flags. */
import type { ArgsOf, ResultOf } from "../database/functions.ts";
import type { FeatureResults } from "../database/results/operators.ts";

type Samples = {
  [N in keyof FeatureResults]: (
    args: ArgsOf<N>,
  ) => ResultOf<N>;
};

export const FEATURE_SAMPLES: Samples = {
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
