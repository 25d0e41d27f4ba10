/**
 * The states of the stack for which the runbooks about alerts, disputes and the ledger's head are
 * written.
 */
import { equal } from "node:assert/strict";
import { deadEvent } from "../support/money/dead-event.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { newPayoutId, payoutObject } from "../support/money/stripe.ts";
import { withSql } from "../support/project/database.ts";
import { backEnd, envelope, get, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import type { Scene, Value } from "./follow.ts";
import { disputedPurchase, endAlerts, openAlert } from "./states.ts";

const DAY_MS = 86_400_000;
const yesterday = () => new Date(Date.now() - DAY_MS).toISOString();

/** Reads settings and their version. A change of the settings must name this version. */
async function settings<T>(world: World, path: string): Promise<T & { version: string }> {
  return envelope(await get(world, `settings/${path}`, backEnd(world))).data as T & {
    version: string;
  };
}

const readDomains = (world: World) => settings<{ domains: string[] }>(world, "blocked-domains");

async function change(world: World, path: string, body: object): Promise<void> {
  const { version } = await settings(world, path);
  const reason = "A test of the runbooks has ended.";
  const answer = await post(world, `settings/${path}`, backEnd(world), {
    version,
    reason,
    ...body,
  });
  equal(answer.status, 200, answer.text);
}

async function deadNotification(world: World): Promise<string> {
  return await withSql(world, async (sql) => {
    const subject = `runbook ${crypto.randomUUID()}`;
    await sql`select farthing.notify_operators('dispute', ${subject}, '{}', now())`;
    const [row] = await sql<{ id: string }[]>`
      select farthing.finish_notification(notification_id, 'dead', 'not_sent', now()), notification_id as id
      from farthing.notifications where subject = ${subject}`;
    return row!.id;
  });
}

/**
 * Makes a user who was refused welcome credits. Returns the value of the runbook's placeholder for
 * the refusal.
 */
async function refusedWelcome(world: World): Promise<Value> {
  const { id } = await signUp(world);
  const nr = await withSql(world, async (sql) => {
    const [row] = await sql<{ nr: string }[]>`
      insert into farthing.welcome_grants (user_id, status, reason, decided_at)
      values (${id}, 'refused', 'day_ceiling', now()) returning request_nr as nr`;
    return String(row!.nr);
  });
  return ["welcome-grants/ID", `welcome-grants/${nr}`];
}

let domains: string[] = [];

async function welcomeSettings(world: World): Promise<Value[]> {
  await refusedWelcome(world);
  const blocked = await readDomains(world);
  domains = blocked.domains;
  const { version } = await settings(world, "policy");
  return [
    ["2026-11-23T00:00:00Z", yesterday()],
    [`"version": "18"`, `"version": "${blocked.version}"`],
    [`"version": "17"`, `"version": "${version}"`],
  ];
}

async function mismatch(world: World): Promise<string> {
  return await withSql(world, async (sql) => {
    const [row] = await sql<{ id: string }[]>`
      insert into farthing.mismatches (kind, subject, theirs, found_at, seen_at)
      values ('charge_unknown', ${`ch_${crypto.randomUUID()}`}, '999 usd charge', now(), now())
      returning mismatch_id as id`;
    return row!.id;
  });
}

/**
 * The runbook has changed the list of this payout's transactions. Waits until the mismatch is
 * found, and resolves it.
 */
async function resolveMismatchOf(world: World, payout: string): Promise<void> {
  const id = await until(`the mismatch of ${payout} is found`, async () => {
    await withSql(world, (sql) =>
      sql`
      update farthing.reconciliations set due_at = now() where payout_id = ${payout} and due_at > now()`);
    await post(world, "payment-runner", backEnd(world), {}, { key: null });
    const [row] = await withSql(world, (sql) =>
      sql<{ id: string }[]>`
      select mismatch_id as id from farthing.mismatches
      where payout_id = ${payout} and kind = 'payout_sum' and resolved_at is null`);
    return row?.id;
  });
  const reason = "The runbook has changed the list.";
  const { status } = await post(world, `mismatches/${id}/resolve`, backEnd(world), { reason });
  equal(status, 200);
}

async function payout(world: World): Promise<string> {
  const id = newPayoutId();
  const { amount, currency, created, arrival_date } = payoutObject(id, 5_000, "in_transit");
  await withSql(world, (sql) =>
    sql`
    insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
      arrives_at, reported_at)
    values (${id}, ${amount}, ${currency}, true, 'canceled', 'not_applicable', to_timestamp(${created}),
      to_timestamp(${arrival_date}), now())`);
  return id;
}

export const ALERT_SCENES: Readonly<Record<string, Scene>> = {
  "README.md": {
    prepare: async (world) => [["alerts/ID", `alerts/${await openAlert(world)}`]],
    undo: endAlerts,
  },
  "anchor.md": {
    prepare: (world) =>
      withSql(world, async (sql) => {
        await sql`select farthing.anchor()`;
        const [head] = await sql<{ nr: number; hash: string }[]>`
          select head_nr as nr, encode(hash, 'hex') as hash from farthing.heads
          order by head_nr desc limit 1`;
        return [["(412, '9f0c…'), (5120, '03ab…')", `(${head!.nr}, '${head!.hash}')`]];
      }),
  },
  "dead_notifications.md": {
    prepare: async (world) => {
      const [one] = [await deadNotification(world), await deadNotification(world)];
      return [["notifications/ID", `notifications/${one}`], ["2026-11-23T08:00:00Z", yesterday()]];
    },
    // The runbook's second request has queued all dead-lettered notifications again, so the third
    // request needs another dead-lettered notification.
    after: async ({ text }, world) =>
      text.includes(`"reason": "Postmark is back."`)
        ? [["notifications/ID", `notifications/${await deadNotification(world)}`]]
        : [],
  },
  "disputes.md": {
    prepare: async (world) => {
      const { dispute, purchase } = await disputedPurchase(world);
      return [["disputes/ID", `disputes/${dispute}`], ["USER", purchase.buyer.id]];
    },
  },
  "overdue_work.md": { prepare: () => Promise.resolve([["task = '…'", "task = 'seal'"]]) },
  "parked_items.md": {
    prepare: (world) =>
      withSql(world, async (sql) => {
        await sql`select farthing.park_item('expire_credits', 'lot', ${crypto.randomUUID()}, 'XX000', now())`;
        return [["text = '…'", `text = '${crypto.randomUUID()}'`], ["tr_…", "tr_1"]];
      }),
    undo: (world) =>
      withSql(world, (sql) => sql`delete from farthing.parked_items where error = 'XX000'`),
  },
  "prove_violation.md": {
    prepare: (world) =>
      withSql(world, async (sql) => {
        const [row] = await sql<{ nr: string }[]>`
          insert into farthing.proof_runs (started_at, finished_at, violations, detail)
          values (now(), now(), 0, '0 violations') returning run_nr as nr`;
        return [["proofs/ID", `proofs/${row!.nr}`]];
      }),
  },
  "reconciliation_mismatch.md": {
    prepare: async (world) => {
      const { paymentId } = await newPurchase(world);
      const all = `"release_pending": true`;
      return [
        ["mismatches/ID", `mismatches/${await mismatch(world)}`],
        // Disputes of other tests may have made the balance at Stripe too small for a payout of all
        // payments, so the payout contains only this payment.
        [all, `"payments": ["${paymentId}"], ${all}`],
      ];
    },
    after: async ({ text, said }, world) => {
      const id = /payouts\/(po_\w+)\/settle/.exec(text)?.[1];
      if (id !== undefined) await resolveMismatchOf(world, id);
      const isMade = text.includes("release_pending");
      return isMade ? [["PAYOUT", JSON.parse(said).data[0].id]] : [];
    },
  },
  "stripe_setup.md": {},
  "stripe_state_unknown.md": {
    prepare: async (world) => {
      const { dispute } = await disputedPurchase(world);
      return [
        ["disputes/ID", `disputes/${dispute}`],
        ["payouts/ID", `payouts/${await payout(world)}`],
        ["state = '…'", "state = 'unknown'"],
      ];
    },
  },
  "task_failed.md": { prepare: () => Promise.resolve([["task = '…'", "task = 'seal'"]]) },
  "tasks_stopped.md": {
    // No database session has this pid, so the runbook's statement cancels nothing.
    prepare: () => Promise.resolve([["pg_cancel_backend(pid)", "pg_cancel_backend(2147483647)"]]),
  },
  "webhook_failure.md": {
    prepare: async (world) => {
      await deadEvent(world);
      return [];
    },
    // The runbook's requests have applied the event, so the last statement needs another
    // dead-lettered event.
    after: async ({ text }, world) =>
      text.includes("webhook-events/backfill") ? [["evt_…", (await deadEvent(world)).eventId]] : [],
    undo: (world) =>
      post(world, "webhook-events/replay", backEnd(world), { state: "dead" }, { key: null }),
  },
  "welcome_ceiling.md": {
    prepare: welcomeSettings,
    // The runbook queues all refused users again, so its last request needs another refused user.
    after: async ({ text }, world) =>
      text.includes("welcome-grants/retry") ? [await refusedWelcome(world)] : [],
    undo: async (world) => {
      await change(world, "policy", { changes: { welcome_credits_day: "100000" } });
      await change(world, "blocked-domains", { domains });
    },
  },
};
