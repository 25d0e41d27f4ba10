/**
 * The fault conditions of the fault matrix. Each condition starts functions that use this stack,
 * and breaks one service for them.
 */
import { need, readSettings } from "../../../scripts/project/project-settings.ts";
import { withMail, withSql } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { CLOSED_URL, type Manner, startProxy } from "../../support/processes/faulty-proxy.ts";
import { backEnd, send } from "../../support/project/http.ts";
import {
  callNotificationRunner,
  notificationBecomes,
  withoutMail,
} from "../../support/work/notifications.ts";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";
import { equal, ok } from "node:assert/strict";

export interface Condition {
  /**
   * A marker in the prompts that makes the models fail. The models also fail if the stack's own
   * runner sends these prompts.
   */
  readonly marker?: string;
  /** Runs `use` with functions for which the fault is present. */
  under(world: World, use: (cut: World) => Promise<void>): Promise<void>;
  /**
   * Causes the fault around each request. This function is set only for a fault that happens at one
   * moment, such as a restart. It is absent for a fault that is present all the time.
   */
  during?<T>(world: World, act: () => Promise<T>): Promise<T>;
}

type Changes = Record<string, string>;

/**
 * The delay of slow Redis answers. Functions wait less than this for Redis, even in a busy process.
 */
const SLOW_REDIS_MS = 1_500;
/**
 * The delay of slow Stripe answers. It is far below the timeout, so the functions still use the
 * answers.
 */
const SLOW_STRIPE_MS = 1_500;

/**
 * Makes a condition in which the functions run with changed environment variables. If `shows` is
 * given, their log must contain this message, which shows that the fault has occurred.
 */
function having(changes: (world: World) => Changes, shows?: string): Condition {
  return {
    async under(world, use) {
      let log = "";
      const environment = { DATABASE_POOL_URL: world.databaseUrl, ...changes(world) };
      await withDeployment(world, environment, use, (text) => void (log += text));
      if (shows !== undefined) ok(log.includes(shows), `the log does not show the fault: ${shows}`);
    },
  };
}

/**
 * If a function counts rate limits in its own process and not in Redis, it logs a line. Returns the
 * part of this line that has the message and the reason.
 */
const fallback = (reason: string) =>
  `"message":"rate limits are counted in this process","fallback":"${reason}"`;

/** Makes a condition in which the functions reach one service through a faulty proxy. */
function behind(
  manner: Manner,
  { target, changes }: {
    target: (world: World) => string;
    changes: (url: string, world: World) => Changes;
  },
  shows?: string,
): Condition {
  return {
    async under(world, use) {
      await using proxy = startProxy(target(world), manner);
      await having(() => changes(proxy.url, world), shows).under(world, use);
      ok(proxy.asked() > 0, "no request met the fault");
    },
  };
}

const redisUrl = () => need(readSettings(), "UPSTASH_REDIS_REST_URL");
const REDIS = { target: redisUrl, changes: (url: string) => ({ UPSTASH_REDIS_REST_URL: url }) };
const STRIPE = {
  target: (world: World) => world.stripeUrl,
  changes: (url: string) => ({ STRIPE_API_URL: url }),
};

const stripeError = (type: string) =>
  JSON.stringify({ error: { type, message: "Asked for by a test." } });

async function turn(world: World, path: string): Promise<void> {
  const init = { method: "POST", headers: backEnd(world) };
  equal((await send(`${world.url}/stack/${path}`, init)).status, 204);
}

const REDIS_FULL: Condition = {
  async under(world, use) {
    await turn(world, "redis/full");
    try {
      await having(() => ({}), fallback("full")).under(world, use);
    } finally {
      await turn(world, "redis/ok");
    }
  },
};

const MAIL = {
  MAIL_FROM: "credits@example.com",
  POSTMARK_SERVER_TOKEN: "local",
};

/**
 * Waits, during the fault, until a runner has attempted to send the receipt of a purchase. Returns
 * the receipt's id.
 */
function attemptedReceipt(cut: World, since: Date): Promise<string> {
  return until("a runner has attempted to send a receipt", async () => {
    await callNotificationRunner(cut);
    const [found] = await withSql(cut, (sql) =>
      sql<{ notification_id: string }[]>`
      select notification_id from farthing.notifications where template = 'receipt' and created_at >= ${since}
        and state = 'failed' and last_error in ('not_sent', 'not_asked')`);
    return found?.notification_id;
  });
}

/**
 * The stack's own runner can't send mail during the fault either. The waiting notifications are sent when
 * mail is available again.
 */
const MAIL_DOWN: Condition = {
  async under(world, use) {
    const unavailable = having(() => ({ ...MAIL, MAIL_URL: CLOSED_URL }));
    const receipts: string[] = [];
    const since = new Date();
    await withoutMail(world, () =>
      unavailable.under(world, async (cut) => {
        await use(cut);
        receipts.push(await attemptedReceipt(cut, since));
      }));
    await withMail(world, "shared", () => notificationBecomes(world, receipts[0]!, "sent"));
  },
};

/** The database is killed before each request is sent, and restarted while the request runs. */
const DATABASE_RESTARTING: Condition = {
  ...having(() => ({})),
  async during(world, act) {
    await turn(world, "database/crash");
    const [answer] = await Promise.all([act(), turn(world, "database/start")]);
    return answer;
  },
};

/**
 * The functions reach Auth through a proxy that answers every request with 503. They reach the
 * database through the pool.
 */
const JWKS_UNREACHABLE = behind({ kind: "answers", status: 503, body: "{}" }, {
  target: (world) => world.url,
  changes: (url, world) => ({
    SUPABASE_URL: url,
    FARTHING_PUBLIC_URL: world.url,
    SUPABASE_JWKS: "",
  }),
});

/** All fault conditions, grouped by the test file that uses them: `redis.test.ts` tests the group `redis`. */
export const FAULTS = {
  redis: {
    "Redis down": having(() => ({ UPSTASH_REDIS_REST_URL: CLOSED_URL }), fallback("down")),
    "Redis slow": behind({ kind: "slow", ms: SLOW_REDIS_MS }, REDIS, fallback("slow")),
    "Redis hanging": behind({ kind: "silent" }, REDIS, fallback("slow")),
    "Redis with a wrong token": having(
      () => ({ UPSTASH_REDIS_REST_TOKEN: "not the token" }),
      fallback("denied"),
    ),
    "Redis full": REDIS_FULL,
  },
  stripe: {
    "Stripe down": having(() => ({ STRIPE_API_URL: CLOSED_URL })),
    "Stripe slow": behind({ kind: "slow", ms: SLOW_STRIPE_MS }, STRIPE),
    "Stripe hanging": behind({ kind: "silent" }, STRIPE),
    "Stripe at its limit (429)": behind(
      { kind: "answers", status: 429, body: stripeError("rate_limit_error") },
      STRIPE,
    ),
    "Stripe failing (500)": behind(
      { kind: "answers", status: 500, body: stripeError("api_error") },
      STRIPE,
    ),
  },
  "mail-ai-database-auth": {
    "mail down": MAIL_DOWN,
    "AI down": {
      ...having(() => ({ AI_BASE_URL: CLOSED_URL })),
      // The model fails in each of the three requests of a job's first attempt, so the job needs a
      // second attempt.
      marker: `[fail:503x3:${crypto.randomUUID()}]`,
    },
    "database restarting": DATABASE_RESTARTING,
    "JWKS unreachable": JWKS_UNREACHABLE,
  },
} as const satisfies Record<string, Record<string, Condition>>;

export type FaultGroup = keyof typeof FAULTS;

type NameIn<Group extends FaultGroup> = Group extends FaultGroup ? keyof typeof FAULTS[Group]
  : never;

export type FaultName = NameIn<FaultGroup>;
