/**
 * Decides whether a product is switched on for a user. Each process reads the flags at most every
 * five seconds, so that most requests read nothing. While the database is unavailable, the last
 * known flags apply.
 */
import type { z } from "@hono/zod-openapi";
import type * as contracts from "../contracts/features.ts";
import type { FeatureSetting } from "../contracts/database/results/operators.ts";
import { sha256 } from "../core/hash.ts";
import { outsideRequests } from "../core/current-request.ts";
import type { Logger } from "../core/logger.ts";

export type FeatureName = z.output<typeof contracts.FeatureName>;

export interface FeatureFlags {
  /**
   * @param userId null for an anonymous caller. A flag that is on only for a percentage of users is
   *   off for every anonymous caller.
   * @throws ApiError `upstream_unavailable` when no flags are known yet and the database is
   *   unavailable
   */
  isOn(name: FeatureName, userId: string | null): Promise<boolean>;
}

interface FlagsOptions {
  readonly read: () => Promise<FeatureSetting[]>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  readonly log: Logger;
}

const MAX_AGE_MS = 5_000;
const BUCKETS = 10_000;
const BUCKETS_PER_PERCENT = BUCKETS / 100;

/**
 * Returns the user's bucket for a flag, from 0 to 9999. The bucket never changes, and the SQL function
 * farthing.feature_bucket returns the same number.
 */
export function bucketOf(name: string, userId: string): number {
  return Number.parseInt(sha256(`${name}:${userId}`).slice(0, 8), 16) % BUCKETS;
}

/** Returns true if a flag with this setting is on for the user. */
export function isOnFor(setting: FeatureSetting, userId: string | null): boolean {
  const { name, state, percentage } = setting;
  if (state !== "percentage") return state === "on";
  // The result of the multiplication is rounded, because 0.07 * 100 is a little more than 7 in
  // JavaScript but exactly 7 in SQL.
  return userId !== null && bucketOf(name, userId) < Math.round(percentage * BUCKETS_PER_PERCENT);
}

interface ReadSettings {
  readonly settings: readonly FeatureSetting[];
  readonly atMs: number;
}

export function createFeatureFlags({ read, nowMs, log }: FlagsOptions): FeatureFlags {
  let known: ReadSettings | undefined;
  let reading: Promise<ReadSettings> | undefined;

  /**
   * Starts a read, or returns the running one: many requests may find at the same time that the flags are too
   * old.
   */
  function readOnce(): Promise<ReadSettings> {
    // Requests share the read, so the deadline of one request must not end it.
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
      log("warn", "feature flags not read: the last known ones apply", { detail: String(error) });
      // After a failed read, the next read also waits five seconds: more frequent reads don't help an
      // unavailable database.
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
