/**
 * Checks the Redis that counts requests for rate limits. The connection must be encrypted, and
 * eviction must be off, because it would lose counts.
 */
import { z } from "zod";
import type { GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found, skipped, warning } from "../core/step.ts";

const NONE = "UPSTASH_REDIS_REST_URL is not set: each process counts limits by itself";
const answer = z.object({ result: z.string() });

const addressOf = ({ settings }: Project) => settings.values["UPSTASH_REDIS_REST_URL"] || undefined;

export const redisTls: GoLiveStep = {
  code: "preflight.redis-tls",
  title: "Is the connection to Redis encrypted?",
  source: "project",
  run({ project }) {
    const address = addressOf(project);
    if (address === undefined) {
      return Promise.resolve(
        warning(NONE, "Create a Redis database at Upstash: docs/deploy.md, Environment."),
      );
    }
    const { protocol, hostname } = new URL(address);
    if (["127.0.0.1", "localhost"].includes(hostname)) {
      return Promise.resolve(skipped("Redis runs on this machine, without TLS"));
    }
    return Promise.resolve(
      protocol === "https:" ? found(`${protocol}//${hostname}`) : failed(
        `${protocol}//${hostname}`,
        "Copy the https:// URL from the database's page at Upstash.",
      ),
    );
  },
};

/** Returns the eviction policy in Redis's reply to INFO; undefined if the reply has none. */
export function evictionPolicy(info: string): string | undefined {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}

export const redisEviction: GoLiveStep = {
  code: "preflight.redis-eviction",
  title: "Is Redis's eviction off?",
  source: "project",
  async run({ project }) {
    const address = addressOf(project);
    if (address === undefined) return skipped(NONE);
    const token = project.settings.values["UPSTASH_REDIS_REST_TOKEN"] ?? "";
    const response = await fetch(address, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(["INFO"]),
      signal: AbortSignal.timeout(15_000),
    });
    const parsed = answer.safeParse(await response.json().catch(() => null));
    if (response.status === 401) {
      return failed(
        "Redis refuses the token",
        "Copy UPSTASH_REDIS_REST_TOKEN from the database's page at Upstash.",
      );
    }
    const policy = parsed.success ? evictionPolicy(parsed.data.result) : undefined;
    if (policy === undefined) {
      return warning(
        "Redis does not report its maxmemory_policy",
        "Look at the database's page at Upstash: Eviction must be off.",
      );
    }
    return policy === "noeviction"
      ? found(`maxmemory_policy ${policy}`)
      : failed(`maxmemory_policy ${policy}`, "Switch Eviction off on the database's page.");
  },
};
