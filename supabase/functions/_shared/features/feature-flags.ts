/**
 * Whether a product is switched on for a user. Read from the database at most every five seconds per
 * process, so that a flag costs a request nothing; while the database is away, what was last known holds.
 */
import type { z } from "@hono/zod-openapi";
import type * as contracts from "../contracts/features.ts";
import type { FeatureSetting } from "../contracts/database/results/operators.ts";
import { sha256 } from "../core/hash.ts";
import { outsideRequests } from "../core/request.ts";
import type { Logger } from "../core/logger.ts";

export type FeatureName = z.output<typeof contracts.FeatureName>;

export interface FeatureFlags {
  /**
   * @param userId null where nobody in particular asks: a percentage of users then counts as off
   * @throws ApiError `upstream_unavailable` when nothing is known yet and the database is away
   */
  isOn(name: FeatureName, userId: string | null): Promise<boolean>;
}

interface FlagsOptions {
  readonly read: () => Promise<FeatureSetting[]>;
  /** A clock that only goes forward. */
  readonly nowMs: () => number;
  readonly log: Logger;
}

const MAX_AGE_MS = 5_000;
const BUCKETS = 10_000;
const BUCKETS_PER_PERCENT = BUCKETS / 100;

/** 0 to 9999, fixed for ever; farthing.feature_bucket in SQL is the same. */
export function bucketOf(name: string, userId: string): number {
  return Number.parseInt(sha256(`${name}:${userId}`).slice(0, 8), 16) % BUCKETS;
}

/** Whether a flag, as it is set, is on for a user. */
export function isOnFor(setting: FeatureSetting, userId: string | null): boolean {
  const { name, state, percentage } = setting;
  if (state !== "percentage") return state === "on";
  // Rounded, because 0.07 * 100 is a little more than 7 here, and is 7 in SQL.
  return userId !== null && bucketOf(name, userId) < Math.round(percentage * BUCKETS_PER_PERCENT);
}

interface ReadSettings {
  readonly settings: readonly FeatureSetting[];
  readonly atMs: number;
}

export function createFeatureFlags({ read, nowMs, log }: FlagsOptions): FeatureFlags {
  let known: ReadSettings | undefined;
  let reading: Promise<ReadSettings> | undefined;

  /** Many requests that find the flags too old read them once. */
  function readOnce(): Promise<ReadSettings> {
    // For all of them: that the first one's time is spent says nothing about the others'.
    return reading ??= outsideRequests(read)
      .then((settings) => known = { settings, atMs: nowMs() })
      .finally(() => reading = undefined);
  }

  async function current(): Promise<ReadSettings> {
    if (known !== undefined && nowMs() - known.atMs < MAX_AGE_MS) return known;
    try {
      return await readOnce();
    } catch (error) {
      if (known === undefined) throw error;
      log("warn", "features not read, the last ones hold", { detail: String(error) });
      // Asked again in five seconds: a database that is away is not helped by being asked more often.
      return known = { ...known, atMs: nowMs() };
    }
  }

  return {
    async isOn(name, userId) {
      const { settings } = await current();
      const setting = settings.find((each) => each.name === name);
      return setting !== undefined && isOnFor(setting, userId);
    },
  };
}
