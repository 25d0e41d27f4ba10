/** For each alert rule: an action that makes the rule fire, and an action that resolves its alert. */
import { equal } from "node:assert/strict";
import type { Sql } from "./operators.ts";
import { signUpWith } from "../support/project/people.ts";
import { deliver, newPayoutId, payoutObject } from "../support/money/stripe.ts";
import type { World } from "../support/project/world.ts";

interface Scene {
  readonly world: World;
  readonly sql: Sql;
  /** The time at which the rules are evaluated. */
  readonly at: string;
}

export interface Kind {
  readonly rule: string;
  /** Other rules that are enabled during the test of this rule. */
  readonly alsoEnabled?: readonly string[];
  /**
   * True if the rule is evaluated at a time in the future, at which there are no figures of other tests.
   * False if it is evaluated at the current time.
   */
  readonly isApart: boolean;
  readonly provoke: (scene: Scene) => Promise<unknown>;
  readonly end?: (scene: Scene) => Promise<unknown>;
}

/** Delivers a signed event to the webhook, asserts the status of the answer, and returns the event's id. */
async function send(world: World, type: string, object: object, status: number): Promise<string> {
  const id = `evt_${crypto.randomUUID()}`;
  const created = Math.floor(Date.now() / 1000);
  const event = { id, object: "event", type, livemode: false, created, data: { object } };
  const answer = await deliver(world, { api_version: "2026-10-28.endive", ...event });
  equal(answer.status, status, answer.text);
  return id;
}

function putAside(sql: Sql, mark: string) {
  return sql`
    update farthing.inbox set state = 'ignored', processed_at = now(), next_attempt_at = null
    where facts::text like ${`%${mark}%`} and state <> 'processed'`;
}

const WAITING = `order-${crypto.randomUUID()}`;
const LATE = newPayoutId();
const UNKNOWN = newPayoutId();
const ODD = newPayoutId();

/** Stores a metric's count at the test's time, through the function that isolates call. */
function count(
  { sql, at }: Scene,
  name: string,
  labels: string,
  times: number,
  bucket = 20,
) {
  const buckets = [...Array(bucket - 1).fill(0), times];
  const rows = JSON.stringify([{ name, labels, count: times, buckets }]);
  return sql`select farthing_public.metrics_record(gen_random_uuid(), 0, ${rows}::text::jsonb, ${at})`;
}

/** Records failed requests in the 15 minutes up to the test's time, and 1 and 2 hours before it. */
async function failedUses(scene: Scene) {
  for (const minutes of [...Array(15).keys(), 60, 120]) {
    const [row] = await scene.sql<{ at: string }[]>`
      select (${scene.at}::timestamptz - ${minutes} * interval '1 minute')::text as at`;
    await count({ ...scene, at: row!.at }, "requests", "route=POST /usage,status=5xx", 100);
  }
}

/** Changes the balance of the newest user's account, and writes no entry for the change. */
async function tamper({ sql, at }: Scene, by: number) {
  await sql`update farthing.accounts set balance = balance + ${by} where account_id = (
    select account_id from farthing.accounts join auth.users u on u.id = owner_id
    order by u.created_at desc limit 1)`;
  await sql`delete from farthing.proof_runs`;
  await sql`select farthing.prove_if_due(${at})`;
}

const MONEY: readonly Kind[] = [
  {
    rule: "webhook_backlog",
    isApart: false,
    async provoke({ world, sql }) {
      const order = crypto.randomUUID();
      const [policy] = await sql`select installation_id from farthing.policy`;
      const session = { id: WAITING, object: "checkout.session", payment_status: "paid" };
      const named = {
        client_reference_id: order,
        metadata: { order_id: order, farthing: policy!.installation_id },
      };
      const amounts = { amount_total: 999, currency: "usd", payment_intent: `pi_${order}` };
      const object = { ...session, ...named, ...amounts, mode: "payment", status: "complete" };
      const id = await send(world, "checkout.session.completed", object, 200);
      await sql`update farthing.inbox set received_at = received_at - interval '16 minutes'
        where event_id = ${id}`;
    },
    // The rule also counts the waiting events of other tests if they are old enough. To resolve the
    // alert, all waiting events are therefore set to `ignored`.
    end: ({ sql }) => putAside(sql, ""),
  },
  {
    rule: "webhook_failure",
    isApart: false,
    async provoke({ world }) {
      await send(world, "payout.paid", payoutObject(ODD, 100, "paid"), 200);
      await send(world, "payout.paid", payoutObject(ODD, 200, "paid"), 500);
    },
    end: ({ sql }) => putAside(sql, ODD),
  },
  {
    rule: "charge_failure_rate",
    isApart: true,
    provoke: ({ sql, at }) =>
      sql`
      insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
      select gen_random_uuid(), 0, sha256('card'), 'failed', false, ${at}::timestamptz - interval '1 s'
      from generate_series(1, 20)`,
    end: ({ sql }) => sql`delete from farthing.card_uses where account_id = 0`,
  },
  {
    rule: "payout_delay",
    isApart: false,
    provoke: ({ world }) =>
      send(world, "payout.created", payoutObject(LATE, 100, "in_transit"), 200),
    end: ({ world }) => send(world, "payout.paid", payoutObject(LATE, 100, "paid"), 200),
  },
  {
    rule: "reconciliation_mismatch",
    isApart: false,
    provoke: ({ sql, at }) =>
      sql`
      insert into farthing.mismatches (kind, subject, theirs, found_at, seen_at)
      values ('charge_unknown', 'ch_of_alerts', '999 usd', ${at}, ${at})`,
    end: ({ sql, at }) =>
      sql`update farthing.mismatches set resolved_at = ${at} where subject = 'ch_of_alerts'`,
  },
  {
    rule: "stripe_state_unknown",
    isApart: false,
    provoke: ({ world }) =>
      send(world, "payout.updated", payoutObject(UNKNOWN, 100, "on_hold"), 200),
    end: async ({ world, sql }) => {
      await send(world, "payout.paid", payoutObject(UNKNOWN, 100, "paid"), 200);
      await sql`delete from farthing.unknown_states where subject = ${UNKNOWN}`;
    },
  },
  {
    rule: "stripe_setup",
    isApart: false,
    provoke: ({ sql, at }) =>
      sql`select farthing_public.stripe_faults_report('other_account', 'missing', ${UNKNOWN}, ${at})`,
    end: ({ sql }) => sql`delete from farthing.stripe_faults where subject = ${UNKNOWN}`,
  },
  {
    rule: "prove_violation",
    isApart: false,
    async provoke(scene) {
      await signUpWith(scene.world, "10");
      await tamper(scene, 1);
    },
    end: (scene) => tamper(scene, -1),
  },
];

const REQUESTS: readonly Kind[] = [
  {
    rule: "error_rate",
    isApart: true,
    provoke: (scene) => count(scene, "requests", "route=POST /refunds,status=5xx", 20),
  },
  {
    rule: "slow_answers",
    isApart: true,
    provoke: (scene) => count(scene, "requests", "route=POST /checkout,status=2xx", 20, 100),
  },
  { rule: "budget_burn_fast", isApart: true, provoke: failedUses },
  { rule: "budget_burn_slow", isApart: true, provoke: failedUses },
  {
    rule: "limiter_open",
    isApart: true,
    provoke: (scene) => count(scene, "limiter_fallbacks", "reason=down", 20),
  },
  {
    rule: "ai_errors",
    isApart: true,
    provoke: (scene) => count(scene, "outside_calls", "service=ai,outcome=refused", 20),
  },
  {
    rule: "ai_slow",
    isApart: true,
    provoke: (scene) => count(scene, "outside_call", "service=ai", 20, 112),
  },
  {
    rule: "auth_failures",
    isApart: true,
    provoke: (scene) => count(scene, "auth_failures", "status=401,code=unauthorized", 100),
  },
];

/** The rules about scheduled tasks. */
const TASKS: readonly Kind[] = [
  {
    rule: "overdue_work",
    isApart: true,
    // The hold that this test makes is the oldest overdue work. The advisory lock stops the
    // scheduled tasks, which would release the hold.
    provoke: async ({ world, sql }) => {
      const { id } = await signUpWith(world, "10");
      await sql`select pg_advisory_lock(75, 0)`;
      await sql`select farthing_public.holds_open(${id}, 60, '1', p_now => '2020-01-01')`;
    },
    end: async ({ sql, at }) => {
      await sql`select farthing.expire_credits()`;
      await sql`select pg_advisory_unlock(75, 0)`;
      // Work of other tests is also overdue at the time of this test. The threshold is above the age of
      // that work, and below the age of the hold.
      await sql`
        update farthing.alert_rules set threshold = due.minutes, fine_at = due.minutes
        from (select extract(epoch from ${at}::timestamptz - now() + interval '1 year') / 60
          as minutes) due
        where rule = 'overdue_work'`;
    },
  },
  {
    rule: "parked_items",
    isApart: true,
    provoke: ({ sql, at }) =>
      sql`select farthing.park_item('task_of_alerts', 'chat', '1', 'XX000', ${at})`,
    end: ({ sql }) => sql`delete from farthing.parked_items where task = 'task_of_alerts'`,
  },
  {
    rule: "task_failed",
    isApart: true,
    provoke: async ({ sql, at }) => {
      await sql`select farthing.add_task('task_of_alerts', '1 day')`;
      await sql`update farthing.tasks set next_due_at = '2070-01-01' where task = 'task_of_alerts'`;
      for (let nr = 0; nr < 20; nr++) await sql`select farthing.run_task('task_of_alerts', ${at})`;
    },
    end: ({ sql }) => sql`delete from farthing.tasks where task = 'task_of_alerts'`,
  },
  {
    rule: "tasks_stopped",
    isApart: true,
    // The lock stops the tasks. withRules() has raised the threshold to the minutes since the last
    // run. A threshold that is one minute lower is exceeded, so the rule fires.
    provoke: async ({ sql }) => {
      await sql`select pg_advisory_lock(75, 0)`;
      await sql`update farthing.alert_rules set threshold = threshold - 1 where rule = 'tasks_stopped'`;
    },
    end: ({ sql, at }) =>
      sql`update farthing.task_runner set ran_at = ${at}::timestamptz + interval '5 days'`,
  },
  {
    rule: "deep_check_failed",
    isApart: true,
    provoke: ({ sql, at }) =>
      sql`select farthing_public.deep_checks_report('alerts', 'failed', 1, 'internal', p_now => ${at})`,
    end: ({ sql }) => sql`delete from farthing.deep_checks where name = 'alerts'`,
  },
];

const WORK: readonly Kind[] = [
  {
    rule: "dead_jobs",
    isApart: true,
    provoke: async ({ world, sql, at }) => {
      const { id } = await signUpWith(world, "1");
      await sql`
        insert into farthing.jobs (user_id, type, status, input, input_hash, author, error_code, attempts,
          run_after, created_at, completed_at, expires_at)
        values (${id}, 'research', 'failed', '{}', sha256('x'), 'owner', 'job_lost', 5, ${at}, ${at}, ${at},
          ${at})`;
    },
    end: ({ sql }) => sql`delete from farthing.jobs where error_code = 'job_lost' and attempts = 5`,
  },
  {
    rule: "dead_notifications",
    isApart: true,
    provoke: async ({ sql, at }) => {
      await sql`select farthing.notify_operators('dispute', 'alerts ' || n, '{}', ${at})
        from generate_series(1, 4) n`;
      await sql`select farthing.finish_notification(notification_id, 'dead', 'refused', ${at})
        from farthing.notifications where subject like 'alerts %'`;
    },
    end: ({ sql }) => sql`delete from farthing.notifications where subject like 'alerts %'`,
  },
  {
    rule: "rule_failed",
    alsoEnabled: ["made_up"],
    isApart: true,
    provoke: ({ sql }) =>
      sql`
      insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, runbook)
      values ('made_up', 'warning', 0, 0, '1 hour', 'https://runbooks.example.com/made_up')`,
    end: ({ sql }) => sql`delete from farthing.alert_rules where rule = 'made_up'`,
  },
];

export const KINDS: readonly Kind[] = [...MONEY, ...REQUESTS, ...TASKS, ...WORK];
