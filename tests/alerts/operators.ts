/** Evaluates alert rules at a time that a test chooses, and reads what the operators receive. */
import postgres from "postgres";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { Alert } from "../../supabase/functions/_shared/contracts/alerts.ts";
import { withSql } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { backEnd, data, get } from "../support/project/http.ts";
import { emailsTo } from "../support/work/notifications.ts";
import type { World } from "../support/project/world.ts";

export type Sql = postgres.Sql<Record<string, never>>;

export interface Operators {
  /**
   * A deployment whose settings contain the operators' email address and webhook. Its runner sends
   * the operators' notifications.
   */
  readonly world: World;
  /**
   * Reads the notifications of an incident: the emails, and the webhook requests with a valid
   * signature.
   */
  notificationsOf(incidentId: string): Promise<{ emails: string[]; messages: string[] }>;
}

const EMAIL = "on-call@example.com";
const SECRET = `whsec_${btoa("a secret of the tests, and of nobody else")}`;
const RUNBOOKS = "https://runbooks.example.com";

/** While `use` runs, the database wakes the runners of `deployed`, and not the stack's runners. */
async function waking(deployed: World, use: () => Promise<void>): Promise<void> {
  const turn = (from: string, to: string) =>
    withSql(deployed, (sql) =>
      sql`
      select vault.update_secret(id, ${to}) from vault.decrypted_secrets
      where name = 'farthing_functions_url' and decrypted_secret = ${from}`);
  const [before] = await withSql(deployed, (sql) =>
    sql<{ url: string }[]>`
    select decrypted_secret as url from vault.decrypted_secrets where name = 'farthing_functions_url'`);
  const url = `${deployed.url}/functions/v1`;
  await turn(before!.url, url);
  try {
    await use();
  } finally {
    await turn(url, before!.url);
  }
}

/** Runs `use` with operators who have an email address and a webhook. */
export async function withOperators(
  world: World,
  use: (operators: Operators) => Promise<void>,
): Promise<void> {
  const key = new Webhook(SECRET);
  const messages: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (
    request,
  ) => {
    const body = await request.text();
    try {
      key.verify(body, Object.fromEntries(request.headers));
    } catch {
      return new Response(null, { status: 400 });
    }
    messages.push(body);
    return new Response("ok");
  });
  const changes = {
    ...{ MAIL_URL: world.mailUrl, MAIL_FROM: "Farthing <a@example.com>" },
    ...{ POSTMARK_SERVER_TOKEN: "local", RESEND_API_KEY: "", ALERT_EMAILS: EMAIL },
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${server.addr.port}/hook`,
    ...{ ALERT_WEBHOOK_SECRET: SECRET, RUNBOOKS_URL: RUNBOOKS },
  };
  await withDeployment(world, changes, (deployed) =>
    waking(deployed, () =>
      use({
        world: deployed,
        async notificationsOf(incidentId) {
          const emails = await emailsTo(world, EMAIL, "alert");
          return {
            emails: emails.map(({ text }) => text).filter((text) => text.includes(incidentId)),
            messages: messages.filter((message) => message.includes(incidentId)),
          };
        },
      })));
}

/**
 * farthing.evaluate_alerts() takes this lock. A test holds it, so that the scheduled evaluation of
 * alerts waits.
 */
const LOCK = "pg_advisory_lock(68, 0)";

/**
 * Runs `use` with only these rules enabled, and restores all rules at the end. Rows of other tests
 * may already make a rule's figure higher than the rule's threshold. The threshold is then raised
 * to that figure, so that the rule does not fire.
 */
export async function withRules(
  { databaseUrl }: World,
  rules: readonly string[],
  at: string,
  use: (sql: Sql) => Promise<void>,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    await sql.unsafe(`select ${LOCK}`);
    const before = await sql`select rule, threshold, fine_at, enabled from farthing.alert_rules`;
    try {
      // An evaluation resolves the incidents of disabled rules. All rules are disabled now, so this
      // evaluation resolves the open incidents of other tests.
      await sql`update farthing.alert_rules set enabled = false`;
      await sql`select farthing.evaluate_alerts()`;
      await sql`update farthing.alert_rules set enabled = rule = any (${[...rules]})`;
      await sql`
        update farthing.alert_rules r set threshold = greatest(threshold, (l.reading).value),
          fine_at = greatest(fine_at, (l.reading).value)
        from (select rule, farthing.read_alert(a, ${at}) as reading from farthing.alert_rules a) l
        where l.rule = r.rule and r.enabled and (l.reading).is_over is not null`;
      await use(sql);
    } finally {
      // Deletes the counts that a test recorded with a time in the future.
      await sql`delete from farthing.metrics where grain <> 'total' and starts_at >= '2040-01-01'`;
      for (const { rule, ...figures } of before) {
        await sql`update farthing.alert_rules set ${sql(figures)} where rule = ${rule}`;
      }
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/**
 * Evaluates all rules `minutes` after `at`. Returns the unresolved incident of `rule`, or
 * undefined.
 */
export async function evaluate(sql: Sql, rule: string, at: string, minutes = 0) {
  await sql`select farthing.evaluate_alerts(${at}::timestamptz + ${minutes} * interval '1 minute')`;
  const [incident] = await sql<{ id: string; state: string }[]>`
    select incident_id as id, state from farthing.incidents where rule = ${rule} and state <> 'resolved'`;
  return incident;
}

/** Makes an incident's notifications due before all other notifications. */
export async function makeAlertDue(sql: Sql, incidentId: string): Promise<void> {
  await sql`
    update farthing.notifications set next_attempt_at = 'epoch'
    where template = 'alert' and subject = ${incidentId}
      and state in ('queued', 'failed')`;
}

/**
 * Returns the alert with this id from the operators' list of alerts in this state, or undefined.
 */
export async function listed(world: World, state: string, id: string) {
  const answer = await get(world, `alerts?state=${state}&limit=100`, backEnd(world));
  return data(answer, 200, z.array(Alert)).find((alert) => alert.id === id);
}
