/**
 * Supabase's Auth deletes users with its own role, which has no privileges on Farthing's tables.
 * Triggers that fire at the end of Auth's statement run as that role. A pgTAP test runs as
 * `postgres`, so it would not notice a missing privilege.
 */
import { deepEqual, equal } from "node:assert/strict";
import { connect, prepare, valueOf } from "../helpers/two-sessions.ts";

const HELPERS = ["bookings", "jobs", "top_ups"];

/**
 * ann has a row in every table that stores a user's id. ann has booked pat, and pat has booked ann.
 * bob has only signed up.
 */
const GIVEN = [
  "select tests.person('bob')",
  "select tests.give('ann', '1000'), tests.give('ann', '500', '1 day')",
  "select tests.hold('ann', '10')",
  "select spend_caps_set(tests.person('ann'), '900', p_author => 'owner', p_now => tests.after())",
  "select tests.tops_up('ann')",
  "select tests.opts_in('ann', '4000', '5000')",
  "select tests.claims('1 s')",
  `select checkout_begin(tests.person('ann'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
    'https://a.test', p_now => tests.after('2 s'))`,
  "select tests.give('pat', '5'), tests.booking('one')",
  "select tests.payment_event('one', 'succeeded', '3 s')",
  "select tests.booking('two', p_name => 'pat', p_provider => 'ann')",
  `insert into farthing.payout_accounts
    select provider_id, sha256(provider_id::text::bytea) from farthing.providers`,
  "select fraud_blocks_add('user', tests.person(n)::text, 'x') from unnest('{ann,pat}'::text[]) n",
  `select tests.job('ann', 'spoken', tests.lines(1)), tests.claim('one', 'spoken'),
    tests.step('ann', 1, 'draft', 1, '4 s', p_output => '{}', p_page => 'a page')`,
  "select tests.job('ann', 'spoken')",
  "insert into farthing.ai_consents (user_id, level) values (tests.person('ann'), 'full_redacted')",
  `select farthing.write_ai_log(tests.person('ann'), '{"model": "gpt-4o", "kind": "chat",
    "prompt": "words", "response": "words"}', now())`,
  `select chats_begin(tests.person('ann'), 'gpt-4o', 100, 100, p_author => 'owner',
    p_now => tests.after('5 s'))`,
  `select farthing.notify(account_id, 'top_up_paused', 'x', '{"reason": "failures"}', now())
    from farthing.accounts`,
];

/**
 * Selects the tables with rows of ann. If a new table stores a user's id, add a statement to GIVEN
 * that writes a row of ann.
 */
const HERS = `
  select string_agg(distinct t, ' ' order by t) from (
    select c.relname as t from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'farthing'::regnamespace and c.relkind = 'r'
      and a.attname in ('user_id', 'owner_id') and not a.attisdropped
      and (xpath('/row/n/text()', query_to_xml(format(
        'select count(*) as n from farthing.%I where %I = tests.person(''ann'')', c.relname, a.attname),
        false, true, '')))[1]::text <> '0') x`;

Deno.test("T45: Auth deletes users as supabase_auth_admin, whatever they have here", async () => {
  await prepare(HELPERS);
  const owner = connect();
  const auth = connect("supabase_auth_admin");
  try {
    for (const statement of GIVEN) await owner.unsafe(statement);
    equal(await valueOf(owner, HERS), "accounts ai_consents ai_logs jobs providers");
    await auth`update auth.users set email = 'dan@example.com' where email = 'bob@example.com'`;
    for (const name of ["dan", "ann", "pat"]) {
      equal((await auth`delete from auth.users where email = ${`${name}@example.com`}`).count, 1);
    }
    equal(await valueOf(owner, HERS), "null");
    const [left] = await owner`
      select (select count(*)::int from farthing.accounts where owner_id is not null) as owners,
        (select count(*)::int from farthing.owner_marks where salt is not null) as salts,
        (select count(*)::int from farthing.customers where payment_method_id is not null) as cards,
        (select count(*)::int from farthing.top_ups where enabled) as top_ups,
        (select count(*)::int from farthing.payout_accounts) as payout_accounts,
        (select count(*)::int from farthing.holds where status = 'open') as holds,
        (select sum(balance)::int from farthing.accounts) as balance`;
    const none = { owners: 0, salts: 0, cards: 0, top_ups: 0, payout_accounts: 0, holds: 0 };
    deepEqual({ ...left }, { ...none, balance: 0 });
    deepEqual([...await owner`select * from farthing.prove()`], []);
  } finally {
    await Promise.all([owner.end({ timeout: 1 }), auth.end({ timeout: 1 })]);
  }
});
