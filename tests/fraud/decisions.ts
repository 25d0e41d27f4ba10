/**
 * Reads decisions about fraud as operators do, and moves decisions into the past for tests of time
 * windows.
 */
import { z } from "zod";
import { Block, Decision, FraudPolicy } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { withSql } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import type { Person } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";

export async function policyOf(world: World): Promise<z.output<typeof FraudPolicy>> {
  return data(await get(world, "fraud/policy", backEnd(world)), 200, FraudPolicy);
}

/** Lists a person's decisions, newest first. */
export async function decisionsOf(world: World, person: Person, more = "") {
  const path = `fraud/decisions?user_id=${person.id}${more}`;
  return data(await get(world, path, backEnd(world)), 200, z.array(Decision));
}

export async function block(world: World, body: object): Promise<z.output<typeof Block>> {
  const answer = await post(world, "fraud/blocked", backEnd(world), { reason: "a test", ...body });
  return data(answer, 201, Block);
}

/**
 * Copies a person's latest decision `count` times, as if the person had opened that many checkouts.
 */
export async function repeatDecision(world: World, person: Person, count: number): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    insert into farthing.fraud_decisions
      (account_id, action, outcome, reasons, ip_hash, order_id, decided_at)
    select d.account_id, d.action, d.outcome, d.reasons, d.ip_hash, d.order_id, d.decided_at
    from (select d.* from farthing.fraud_decisions d join farthing.accounts a using (account_id)
      where a.owner_id = ${person.id} order by d.decision_id desc limit 1) d,
      generate_series(1, ${count})`);
}

/**
 * Moves all decisions about a person, and all recorded uses of the person's cards, into the past by
 * `seconds`.
 */
export async function age(world: World, person: Person, seconds: number): Promise<void> {
  await withSql(world, async (sql) => {
    await sql`
      update farthing.fraud_decisions set decided_at = decided_at - ${seconds} * interval '1 s'
      where account_id in (select account_id from farthing.accounts where owner_id = ${person.id})`;
    await sql`
      update farthing.card_uses set used_at = used_at - ${seconds} * interval '1 s'
      where account_id in (select account_id from farthing.accounts where owner_id = ${person.id})`;
  });
}
