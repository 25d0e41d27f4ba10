/**
 * Welcome credits for users who sign up through Auth. If the grant fails, the sign-up still
 * succeeds. The policy applies to every sign-up, so this file runs on a separate stack.
 */
import { createClient } from "@supabase/supabase-js";
import { deepEqual, equal, ok } from "node:assert/strict";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { Balance } from "../../supabase/functions/_shared/contracts/credits.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { proven, withPolicy, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const AUTH = { persistSession: false, autoRefreshToken: false };

async function setPolicy(changes: Record<string, string>): Promise<void> {
  const { version } = data(
    await get(world, "settings/policy", backEnd(world)),
    200,
    PolicySettings,
  );
  const body = { changes, version, reason: "welcome credits for a test" };
  const answer = await post(world, "settings/policy", backEnd(world), body);
  equal(answer.status, 200, answer.text);
}

/**
 * Sets the ceiling of the day to the sum of the credits that were already granted. Returns the former
 * ceiling.
 */
function reachCeiling(): Promise<string> {
  return withSql(world, async (sql) => {
    const [row] = await sql<{ day: string; granted: string }[]>`
      select p.welcome_credits_day as day, d.granted from farthing.policy p, farthing.welcome_days d
      where d.day = (now() at time zone 'UTC')::date`;
    await setPolicy({ welcome_credits_day: row!.granted });
    return row!.day;
  });
}

/** Runs `use` while each new user gets 250 credits that expire after a day. */
function withWelcomeCredits(use: () => Promise<void>): Promise<void> {
  return withPolicy(world, "exclusive", async () => {
    await setPolicy({ welcome_credits: "250", welcome_credits_life: "86400" });
    try {
      await use();
    } finally {
      await setPolicy({ welcome_credits: "0" });
    }
  });
}

interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

/** Signs a user up as an app does. */
async function signsUp(email = `new-${crypto.randomUUID()}@example.com`): Promise<NewUser> {
  const supabase = createClient(world.url, world.publishableKey, { auth: AUTH });
  const { data: made, error } = await supabase.auth.signUp({
    email,
    password: crypto.randomUUID(),
  });
  if (error) throw error;
  return { id: made.user!.id, email, token: made.session!.access_token };
}

function ownBalance({ token }: NewUser) {
  const as = { apikey: world.publishableKey, authorization: `Bearer ${token}` };
  return get(world, "credits", as).then((answer) => data(answer, 200, Balance));
}

const isGranted = (user: NewUser) => async () =>
  (await ownBalance(user)).available === "250" || undefined;

/** Waits until a user's request for welcome credits is decided, and returns the outcome. */
function outcomeOf(userId: string): Promise<string> {
  return until("the request is decided", () =>
    withSql(world, async (sql) => {
      await runPayments(world);
      const [row] = await sql<{ outcome: string }[]>`
        select concat_ws(' ', status, reason) as outcome from farthing.welcome_grants
        where user_id = ${userId} and status <> 'queued'`;
      return row?.outcome;
    }));
}

Deno.test("a real sign-up gets its welcome credits within seconds, without another request", async () => {
  await withWelcomeCredits(async () => {
    const beganAt = Date.now();
    const user = await signsUp();
    await until("the credits are granted", isGranted(user));
    ok(Date.now() - beganAt < 10_000, "the wake was lost, and the scheduled task granted");
    const { balance, lots = [] } = await ownBalance(user);
    deepEqual([balance, lots.map(({ source }) => source)], ["250", ["promotional"]]);
    ok(Date.parse(lots[0]?.expires_at ?? "") > beganAt + 86_000_000);
  });
  await proven(world);
});

Deno.test("deleting the user and signing up again gives nothing", async () => {
  await withWelcomeCredits(async () => {
    const first = await signsUp();
    await until("the credits are granted", isGranted(first));
    const admin = createClient(world.url, world.secretKey, { auth: AUTH }).auth.admin;
    equal((await admin.deleteUser(first.id)).error, null);
    const again = await signsUp(first.email.replace("@", "+again@"));
    equal(await outcomeOf(again.id), "refused email_known");
    equal((await balanceOf(world, again.id)).balance, "0");
  });
  await proven(world);
});

Deno.test("an unconfirmed user gets the credits when the address is confirmed", async () => {
  await withWelcomeCredits(async () => {
    const admin = createClient(world.url, world.secretKey, { auth: AUTH }).auth.admin;
    const email = `later-${crypto.randomUUID()}@example.com`;
    const { data: made, error } = await admin.createUser({
      email,
      password: crypto.randomUUID(),
      email_confirm: false,
    });
    if (error) throw error;
    const { id } = made.user;
    await runPayments(world);
    equal((await balanceOf(world, id)).balance, "0");
    await Promise.all(
      Array.from({ length: 4 }, () => admin.updateUserById(id, { email_confirm: true })),
    );
    equal(await outcomeOf(id), "granted");
    equal((await balanceOf(world, id)).balance, "250");
  });
  await proven(world);
});

Deno.test("a user whom the ceiling refused is queued again, and gets the credits once", async () => {
  await untilDayHasAMinute();
  const operator = await signUpOperator(world);
  await withWelcomeCredits(async () => {
    equal(await outcomeOf((await signsUp()).id), "granted");
    const ceiling = await reachCeiling();
    const user = await signsUp();
    equal(await outcomeOf(user.id), "refused day_ceiling");
    const page = await get(world, `customers/${user.id}`, operator.as);
    const { welcome_grant } = data(page, 200, CustomerPage);
    equal(welcome_grant?.refused_as, "day_ceiling");
    const path = `credits/welcome-grants/${welcome_grant.id}/retry`;
    const retry = () => post(world, path, operator.as, { reason: "A real user." });
    equal((await retry()).status, 200);
    equal(await outcomeOf(user.id), "refused day_ceiling", "the ceiling holds for a retry");

    await setPolicy({ welcome_credits_day: ceiling });
    const answers = await Promise.all([retry(), retry(), retry()]);
    // Only one retry succeeds. The others are refused, even if a runner grants the request between
    // two of the retries.
    equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      refused(answer, 409, "welcome_not_refused");
    }
    equal(await outcomeOf(user.id), "granted");
    refused(await retry(), 409, "welcome_not_refused");
    equal((await balanceOf(world, user.id)).balance, "250");
  });
  await proven(world);
});

Deno.test("a queue or a grant that fails never fails the sign-up", async () => {
  await withWelcomeCredits(async () => {
    await withSql(
      world,
      (sql) =>
        sql`alter table farthing.welcome_grants add constraint broken check (false) not valid`,
    );
    try {
      const user = await signsUp();
      equal((await ownBalance(user)).balance, "0");
    } finally {
      await withSql(
        world,
        (sql) => sql`alter table farthing.welcome_grants drop constraint broken`,
      );
    }
    await withSql(
      world,
      (sql) => sql`alter function farthing.put_welcome_grant rename to put_welcome_grant_away`,
    );
    const late = await signsUp();
    await runPayments(world);
    equal((await balanceOf(world, late.id)).balance, "0");
    await withSql(world, async (sql) => {
      await sql`alter function farthing.put_welcome_grant_away rename to put_welcome_grant`;
      await sql`update farthing.parked_items set next_attempt_at = now()
        where task = 'grant_welcome_credits'`;
    });
    equal(await outcomeOf(late.id), "granted", "a later run grants");
    equal((await balanceOf(world, late.id)).balance, "250");
  });
  await proven(world);
});
