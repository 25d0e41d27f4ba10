import type { HealthFigures } from "@farthing/client";
import { formatCredits } from "@/lib/farthing-format";
import { Facts } from "../../parts/facts.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { useRead } from "../../reads/use-read.ts";
import { Hours } from "./metric-by-hour.tsx";

/** Redis's own figures, by their names in the API. */
const REDIS: Readonly<Record<string, string>> = {
  redis_memory_used_bytes: "Memory used (bytes)",
  redis_memory_max_bytes: "Memory limit (bytes)",
  redis_evicted_keys: "Evicted keys",
  redis_keyspace_hits: "Hits",
  redis_keyspace_misses: "Misses",
  redis_connections: "Connections",
  redis_connections_rejected: "Refused connections",
};

function RedisFigures({ as_of, figures }: HealthFigures) {
  const known = figures.filter(({ name }) => name in REDIS);
  if (known.length === 0) {
    return (
      <p className="text-sm text-muted-foreground">
        Redis has reported no figures in the last two hours. The paid check reads them each hour, at
        17 minutes past.
      </p>
    );
  }
  const facts = known.map((
    { name, value },
  ) => [REDIS[name], formatCredits(value)]);
  return (
    <>
      <Facts facts={Object.fromEntries(facts)} />
      <p className="text-sm text-muted-foreground">
        As of <Moment at={as_of} />. An evicted key may have lifted a rate limit.
      </p>
    </>
  );
}

function Redis() {
  const reading = useRead("/health/figures", {}, { everyMs: 60_000 });
  return (
    <Section title="Redis: memory, hits and evictions">
      <Known reading={reading} title="Redis's figures" placeholder="h-32">
        {(figures) => <RedisFigures {...figures} />}
      </Known>
    </Section>
  );
}

/** Rate limits, and Redis, which counts the requests. */
export function LimitsPage() {
  return (
    <Page
      title="Limits and Redis"
      lead="Limited requests of the last 24 hours, and the state of Redis. Hours are UTC."
    >
      <Hours
        name="limiter_decisions"
        title="Limited requests by rule"
        caption="Requests beyond a soft limit, and blocked ones, by the hour"
        figure="count"
        isShown={({ labels }) => labels["outcome"] !== "allowed"}
        empty="No request exceeded a soft or a hard limit in the last 24 hours."
      />
      <Hours
        name="limiter_fallbacks"
        title="Requests limited without Redis"
        caption="Requests limited without Redis, by reason and hour"
        figure="count"
        empty="Redis has counted all requests of the last 24 hours."
      />
      <Redis />
      <Hours
        name="outside_call"
        service="redis"
        title="Redis: latency"
        caption="95th percentile of calls to Redis by the hour, in ms"
        figure="p95"
        empty="Redis was not called in the last 24 hours."
      />
      <Hours
        name="outside_calls"
        service="redis"
        title="Redis: outcomes of calls"
        caption="Calls to Redis by outcome and hour"
        figure="count"
        empty="Redis was not called in the last 24 hours."
      />
    </Page>
  );
}
