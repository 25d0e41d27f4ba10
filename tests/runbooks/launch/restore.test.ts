/**
 * The commands of the runbooks about snapshots and restores run as printed, on a PostgreSQL that
 * Debian's pg_dump can read. The restored ledger has the payments from before and after the dump.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { findSystem } from "@farthing/local-stack/postgres";
import { withStack } from "../../../scripts/test-tools/stack-process.ts";
import { balanceOf, openCheckout, orderBecomes } from "../../support/money/purchases.ts";
import { newPurchase, standing } from "../../support/money/refunds.ts";
import { proven, withSql } from "../../support/project/database.ts";
import { backEnd, post } from "../../support/project/http.ts";
import { signUp, signUpWith } from "../../support/project/people.ts";
import { readWorld, type World } from "../../support/project/world.ts";
import { follow } from "../follow.ts";
import { type Place, withPlace } from "../place.ts";
import { commandsIn, readRunbook } from "../printed-commands.ts";
import { anew, RESTORE_PAGE, SNAPSHOT_PAGE } from "./scenes.ts";

/**
 * Returns the rights that a restore must not lose: row level security, Farthing's triggers on
 * `auth.users`, and the privileges of roles other than the owner in Farthing's schemas.
 */
async function rightsOf(world: World): Promise<string[]> {
  const rows = await withSql(world, (sql) =>
    sql<{ text: string }[]>`
    with things (name, owner, acl) as (
      select p.oid::regprocedure::text, proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc p
      where pronamespace in ('farthing'::regnamespace, 'farthing_public'::regnamespace)
      union all select c.oid::regclass::text, relowner, relacl from pg_class c
      where relnamespace in ('farthing'::regnamespace, 'farthing_public'::regnamespace)
      union all select nspname, nspowner, nspacl from pg_namespace
      where nspname in ('farthing', 'farthing_public'))
    select concat_ws(' ', name, grantee::regrole, privilege_type) as text
    from things, aclexplode(acl) where grantee <> owner
    union all select concat_ws(' ', c.oid::regclass, 'row level security') from pg_class c
    where relnamespace = 'farthing'::regnamespace and relrowsecurity
    union all select concat_ws(' ', 'trigger', tgname) from pg_trigger
    where tgrelid = 'auth.users'::regclass and tgname like 'farthing%'
    order by 1`);
  return rows.map(({ text }) => text);
}

async function deferredEvents(world: World): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql`
    select count(*)::int as count from farthing.inbox where state = 'deferred'`);
  return row!["count"];
}

/** Records a new head of the ledger. Returns its number and hash in the format of the runbook. */
async function newHead(world: World): Promise<string> {
  const [row] = await withSql(world, async (sql) => {
    await sql`select farthing.anchor()`;
    return await sql`
      select head_nr, encode(hash, 'hex') as hash from farthing.heads
      order by head_nr desc limit 1`;
  });
  return `${row!["head_nr"]}, '${row!["hash"]}'`;
}

/**
 * Asserts that the command that drops the ledger fails if its number and hash are not those of a
 * head of the ledger.
 */
async function refusesUnknownHead(world: World, place: Place): Promise<void> {
  const drop = commandsIn(readRunbook(RESTORE_PAGE))
    .find(({ text }) => text.includes("drop schema"))!.text;
  await rejects(() => place.sh(drop.replace("412, '9f0c…'", "412, '9f0c'")), /division by zero/);
  await proven(world);
}

/** Spends credits after the dump: a restore loses this debit. */
async function spend(world: World, userId: string): Promise<void> {
  const debit = { user_id: userId, amount: "3", reason: "after the dump" };
  equal((await post(world, "credits/debits", backEnd(world), debit)).status, 201);
}

if (findSystem()?.hasCron === true) {
  Deno.test("a ledger is dumped, restored and caught up with the commands of the runbooks", () =>
    withStack(async (values) => {
      const world = readWorld({ values, source: "the stack on PostgreSQL 15" });
      await withPlace(world, async (place) => {
        const before = await newPurchase(world);
        const granted = await signUpWith(world, "10");
        const gone = await signUpWith(world, "20");
        const buyer = await signUp(world);
        const open = await openCheckout(world, buyer);
        await follow(world, place, SNAPSHOT_PAGE, {
          prepare: () => Promise.resolve(anew("snapshot", "preflight")),
        });
        const rights = await rightsOf(world);
        const head = await newHead(world);
        equal((await payCheckout(open.checkout_url)).result, "paid");
        await orderBecomes(world, buyer, open.order_id, "paid");
        await newPurchase(world); // The dump does not contain this order.
        await spend(world, granted.id);
        await withSql(world, (sql) => sql`delete from auth.users where id = ${gone.id}`);

        await refusesUnknownHead(world, place);
        await follow(world, place, RESTORE_PAGE, {
          prepare: () => Promise.resolve([["USER", gone.id], ["412, '9f0c…'", head]]),
          commits: true,
        });
        deepEqual(await rightsOf(world), rights);
        equal(await standing(world, before), "paid: balance 9990, available 9990, debt 0");
        equal((await balanceOf(world, buyer.id)).balance, "9990");
        equal((await balanceOf(world, granted.id)).balance, "10");
        equal(await deferredEvents(world) > 0, true, "the unknown order's events wait");
        await proven(world);
      });
    }, ["--postgres", "system"]));
}
