/**
 * The database is killed several times during a thousand charges. No acknowledged charge is lost or
 * doubled.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Charge } from "../../../supabase/functions/_shared/contracts/usage.ts";
import { proven, withSql } from "../../support/project/database.ts";
import { backEnd, data, envelope, post } from "../../support/project/http.ts";
import { databaseIsBack, killDatabase } from "../../support/processes/killing.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const CHARGES = 1_000;
const WORKERS = 12;
const KILLS = 4;
const PEOPLE = 4;

interface Charged {
  eventId: string;
  transactionId: string;
}

function charge(person: Person, index: number) {
  const body = {
    ...{ user_id: person.id, event_id: `e-${index}`, model: "gpt-4o" },
    ...{ input_tokens: 250, output_tokens: 0 },
  };
  return post(world, "usage", backEnd(world), body, { key: `${person.id}-${index}` });
}

/**
 * Sends all charges with several workers. A worker repeats a charge with the same idempotency key
 * until the charge is acknowledged.
 */
async function chargeAll(people: Person[], onCharge: (count: number) => void): Promise<Charged[]> {
  const charged: Charged[] = [];
  let next = 0;
  const work = async () => {
    while (next < CHARGES) {
      const index = next++;
      const person = people[index % people.length]!;
      const answer = await until(`charge ${index}`, async () => {
        const answer = await charge(person, index);
        if (answer.status < 400) return answer;
        ok(envelope(answer).error?.retryable, answer.text);
        return undefined;
      }, 60_000);
      const { event_id, transaction_id } = data(answer, answer.status, Charge);
      charged.push({ eventId: `${person.id} ${event_id}`, transactionId: transaction_id });
      onCharge(charged.length);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return charged;
}

async function chargesInLedger(people: Person[]): Promise<Charged[]> {
  const rows = await withSql(world, (sql) =>
    sql<Charged[]>`
    select a.owner_id || ' ' || e.reference_id as "eventId", e.transaction_id as "transactionId"
    from farthing.entries e join farthing.accounts a using (account_id)
    where e.kind = 'usage' and a.owner_id = any (${people.map(({ id }) => id)})`);
  return rows.map((row) => ({ ...row }));
}

const byEvent = (a: Charged, b: Charged) => a.eventId < b.eventId ? -1 : 1;

Deno.test({
  name: "charges during repeated kills of the database are each made once, and none is lost",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, () => signUpWith(world, "10000")),
    );
    const kills: Promise<void>[] = [];
    const charged = await chargeAll(people, (count) => {
      if (count % (CHARGES / (KILLS + 1)) === 0 && kills.length < KILLS) {
        kills.push(killDatabase(world));
      }
    });
    await Promise.all(kills);
    await databaseIsBack(world);
    equal(kills.length, KILLS);
    // The ledger must have each acknowledged event once, with its transaction, and no other event.
    deepEqual((await chargesInLedger(people)).sort(byEvent), charged.sort(byEvent));
    for (const { id } of people) {
      equal((await balanceOf(world, id)).balance, String(10_000 - 5 * CHARGES / PEOPLE));
    }
    await proven(world);
  },
});
