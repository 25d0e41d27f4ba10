/**
 * Each alert rule fires, is reported once by email and once by webhook, is acknowledged, and
 * resolves.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import postgres from "postgres";
import { Alert } from "../../supabase/functions/_shared/contracts/alerts.ts";
import { evaluate, listed, makeAlertDue, withOperators, withRules } from "./operators.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { callNotificationRunner } from "../support/work/notifications.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";
import { KINDS } from "./provoked-rules.ts";

const world = readWorld();
/**
 * Many tests evaluate their rule at a time in the future. These times are ten days apart, because
 * some rules read the figures of three days and must not read those of another rule's test.
 */
const APART_DAYS = 10;
const WINDOWS_MINUTES = 4 * 24 * 60;

async function timeOf(nth: number, isApart: boolean): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql<{ at: string }[]>`
    select case when ${isApart} then timestamptz '2040-01-01' + ${
      nth * APART_DAYS
    } * interval '1 day'
      else now() end::text as at`);
  return row!.at;
}

async function acknowledge(deployed: World, id: string, headers = backEnd(deployed)) {
  return await post(deployed, `alerts/${id}/acknowledge`, headers, {}, { key: null });
}

for (const [nth, { rule, alsoEnabled = [], isApart, provoke, end }] of KINDS.entries()) {
  Deno.test(`${rule} is reported once by email and once by webhook, acknowledged and resolved`, async () => {
    const at = await timeOf(nth, isApart);
    await withOperators(world, async ({ world: deployed, notificationsOf }) => {
      await withRules(world, [rule, ...alsoEnabled], at, async (sql) => {
        const scene = { world, sql, at };
        equal(
          await evaluate(sql, rule, at),
          undefined,
          "there is no incident before the rule is provoked",
        );
        await provoke(scene);
        // Some rules fire only after their condition has been true for some minutes. In this test,
        // a second evaluation two minutes later meets that requirement.
        await evaluate(sql, rule, at);
        const fired = await evaluate(sql, rule, at, 2);
        equal(fired?.state, "open");
        const id = fired!.id;
        const { emails, messages } = await until("both notifications have arrived", async () => {
          await makeAlertDue(sql, id);
          await callNotificationRunner(deployed);
          const all = await notificationsOf(id);
          return all.emails.length > 0 && all.messages.length > 0 ? all : undefined;
        });
        deepEqual([emails.length, messages.length], [1, 1]);
        for (const text of [emails[0]!, JSON.parse(messages[0]!).text]) {
          match(text, new RegExp(`https://runbooks.example.com/${rule}.md`));
        }

        equal((await listed(deployed, "open", id))?.rule, rule);
        const taken = data(await acknowledge(deployed, id), 200, Alert);
        await evaluate(sql, rule, at, 3);
        deepEqual([taken.state, taken.acknowledged_by], ["acknowledged", "key:default"]);
        equal(await listed(deployed, "open", id), undefined);

        await end?.(scene);
        const later = isApart ? WINDOWS_MINUTES : 4;
        await evaluate(sql, rule, at, later);
        equal(await evaluate(sql, rule, at, later + 31), undefined, "the alert has resolved");
        const over = await listed(deployed, "resolved", id);
        deepEqual([over?.state, over?.acknowledged_by], ["resolved", "key:default"]);
        await callNotificationRunner(deployed);
        deepEqual(await notificationsOf(id), { emails, messages });
      });
    });
    await proven(world);
  });
}

Deno.test("an alert that eight evaluations find at once is one alert, reported once", async () => {
  const at = await timeOf(KINDS.length, true);
  await withRules(world, ["error_rate"], at, async (sql) => {
    const rows = [{ name: "requests", labels: "route=POST /usage,status=5xx", count: 50 }];
    await sql`
      select farthing_public.metrics_record(gen_random_uuid(), 0, ${
      JSON.stringify(rows)
    }::text::jsonb, ${at})`;
    const many = postgres(world.databaseUrl, { max: 8, onnotice: () => {} });
    try {
      const evaluations = Array.from(
        { length: 8 },
        () =>
          many`select farthing.evaluate_alerts(${at}::timestamptz + interval '1 minute') as fired`,
      );
      // This SQL session holds the lock of farthing.evaluate_alerts(). All evaluations wait for it,
      // and start together when it is released.
      const running = Promise.all(evaluations);
      await sql`select pg_advisory_unlock(68, 0)`;
      const fired = (await running).map(([row]) => row?.fired);
      deepEqual(fired.sort(), [0, 0, 0, 0, 0, 0, 0, 1]);
    } finally {
      await many.end({ timeout: 5 });
    }
    const [counted] = await sql`
      select count(distinct i.incident_id)::int as incidents, count(*)::int as notifications
      from farthing.incidents i join farthing.notifications n on n.subject = i.incident_id::text
      where i.rule = 'error_rate' and i.fired_at = ${at}::timestamptz + interval '1 minute'`;
    deepEqual({ ...counted }, { incidents: 1, notifications: 2 });
    await sql`select farthing.evaluate_alerts(${at}::timestamptz + interval '1 hour')`;
    await sql`select farthing.evaluate_alerts(${at}::timestamptz + interval '2 hours')`;
  });
});

Deno.test("operators see and acknowledge an alert, and users do neither", async () => {
  const id = crypto.randomUUID();
  const person = await signUp(world);
  refused(await acknowledge(world, id, person.as), 403, "forbidden");
  refused(await acknowledge(world, id, (await signUpOperator(world)).as), 404, "not_found");
});
