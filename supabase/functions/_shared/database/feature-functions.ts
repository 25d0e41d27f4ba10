/** The database functions of feature flags. */
import type { z } from "@hono/zod-openapi";
import type * as features from "../contracts/features.ts";
import type { Fn, Optional } from "./functions.ts";

export type FeatureSetting = z.output<typeof features.Feature>;

interface SetArgs {
  p_name: string;
  p_state: FeatureSetting["state"];
  p_percentage: Optional<number>;
}

export interface FeatureFunctions {
  features_read: Fn<Record<never, never>, FeatureSetting[]>;
  features_set: Fn<SetArgs, FeatureSetting>;
}
