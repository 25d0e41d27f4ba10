-- The page of a customer has the reason of each change of the balance, and every list of the
-- customer's records. It also exists for a user without an account.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/jobs.psql
select plan(131);

create function pg_temp.page(p_id text, p_passed interval default '1 day') returns jsonb language sql as $$
  select customers_read(p_id, 'operator:x', tests.after(p_passed))
$$;
create function pg_temp.page_of(p_name text) returns jsonb language sql as $$
  select pg_temp.page(md5(p_name)::uuid::text)
$$;
-- Returns the reasons of a user's entries, oldest first.
create function pg_temp.reasons(p_name text) returns text[] language sql as $$
  select array_agg(e ->> 'reason' order by e -> 'seq') from jsonb_array_elements(
    pg_temp.page_of(p_name) #> '{entries,items}') e
$$;

-- The first day: a user without an account.
select isnt(tests.person('new'), null, 'new signs up');
select is((pg_temp.page_of('new') -> 'customer') - 'created_at', jsonb_build_object('id', tests.person('new'),
  'user_id', tests.person('new'), 'account_id', null, 'kind', 'user', 'email', 'new@example.com', 'left_at',
  null,
  'balance', '0', 'available', '0', 'debt', '0'), 'a user without an account has a page');
select is((pg_temp.page_of('new') -> 'credits') - 'as_of',
  '{"balance": "0", "held": "0", "available": "0", "debt": "0", "frozen": "0"}', 'their balance is 0');
select is(pg_temp.page_of('new') #> array[list, 'items'], '[]', format('their list of %s is empty', list))
from unnest('{entries,lots,holds,orders,refunds,disputes,warnings,bookings,blocks,jobs,
  notifications}'::text[]) list;
select is(pg_temp.page_of('new') -> 'stripe_customer', 'null', 'they have no saved card');
select is(pg_temp.page_of('new') #>> '{top_up,state}', 'off', 'they have no auto top-up');
select is(pg_temp.page_of('new') #> '{spend_cap,daily}', 'null', 'they have no spend cap');
select is(pg_temp.page_of('new') -> 'features',
  '[{"name": "b2b", "enabled": true}, {"name": "b2c", "enabled": true}]',
  'the features are on');

-- Each change of the balance has a reason.
select is(tests.buys('ann'), 'ann', 'ann orders a package');
select isnt(tests.pays('ann'), null, 'ann pays');
select isnt(usage_charge(tests.person('ann'), '{"event_id": "e1", "model": "gpt-4o",
  "input_tokens": 1000,
  "output_tokens": 500}', p_author => 'key:default', p_now => tests.after('1 min')), null,
  'ann uses a model');
select isnt(credits_debit(tests.person('ann'), '10', 'an image', p_author => 'key:default',
  p_now => tests.after('2 min')), null, 'ann buys an image');
select isnt(credits_grant(tests.person('ann'), '5', 'promotional', p_reason => 'sorry for the outage',
  p_author => 'key:support', p_now => tests.after('3 min')), null,
  'support grants credits');
select isnt(holds_settle(tests.hold('ann', '20', 600, '4 min'), '7', p_author => 'key:default',
  p_now => tests.after('5 min')), null, 'ann settles a hold');
select isnt(holds_settle(tests.hold('ann', '20', 600, '5 min'), null,
  '{"model": "gpt-4o", "input_tokens": 100}',
  p_author => 'key:default', p_now => tests.after('6 min')), null, 'ann settles a hold with usage');
select isnt(tests.job('ann', 'paid', tests.lines(1), p_passed => '7 min'), null, 'ann has a job');
select is(tests.claim('one', 'paid', '7 min'), '1', 'a runner claims the job');
select isnt(tests.step('ann', 1, 'draft', 1, '8 min'), null, 'the runner stores a step');
select isnt(tests.refund('ann', 1, 333, p_passed => '9 min'), null, 'a third is refunded');
select isnt(tests.refund('ann', 1, 333, 'failed', '10 min'), null, 'the refund fails');
select isnt(tests.spends('ann', '9800', '12 min'), null, 'ann spends almost everything');
select isnt(tests.dispute('ann', 'lost', 999, '13 min'), null, 'ann''s bank takes the payment back');
select isnt(tests.dispute('ann', 'won', 999, '14 min'), null, 'ann''s dispute is won');
create function pg_temp.order_id() returns text language sql as 'select order_id::text from tests.bought';
select set_eq($$ select r from unnest(pg_temp.reasons('ann')) r where r !~ '^Dispute' $$, $$ select r
  from farthing.refunds, unnest(array['Starter package bought: order ' || pg_temp.order_id(),
    'Usage of gpt-4o: 1000 input, 500 output tokens',
    'Debit by the secret key default: an image', 'Debit by a SQL session of postgres: x',
    'Grant by the secret key support: sorry for the outage',
    'Hold settled by the secret key default', 'Hold settled: usage of gpt-4o: 100 input tokens',
    format('Step of job %s: usage of gpt-4o: 1000 input, 500 output tokens', tests.job_id('ann')),
    format('Refund %s of order %s: credits clawed back', refund_id, pg_temp.order_id()),
    format('Refund %s of order %s: credits reinstated', refund_id, pg_temp.order_id())]) r $$,
  'each change has its reason');
select isnt(tests.give('cy', '5', '10 min'), null, 'cy has credits that expire');
select isnt(farthing.expire_credits(tests.after('11 min')), null, 'the credits expire');
select is(pg_temp.reasons('cy'), array['Grant by a SQL session of postgres',
  'Credits expired: lot ' || lot_id],
  'an expiry has its reason') from farthing.lots where account_id = farthing.account_for(tests.person('cy'));
-- Only a long scenario would create these entries. Instead, the test passes their columns to
-- entry_reason().
select is(farthing.entry_reason(jsonb_populate_record(null::farthing.entries, facts)), reason, reason)
from (values
  ('{"kind": "bonus", "reference_type": "order", "reference_id": "%s", "account_id": %s}',
    'Bonus of the Starter package: order %s'),
  ('{"kind": "settle", "reference_type": "chat", "lot_id": null, "metadata": {"model": "gpt-4o",
    "input_tokens": 9, "cached_input_tokens": 3, "output_tokens": 0}}',
    'Chat with gpt-4o: 9 input, 3 cached input tokens (became debt)'),
  ('{"kind": "adjustment", "reference_type": "chat_correction", "reference_id": "h"}',
    'Correction of a chat that was charged too much: hold h'),
  ('{"kind": "settle", "reference_type": "hold", "author": "owner", "lot_id": null,
    "metadata": {"reason": "x"}}',
    'Hold settled by the customer: x (became debt)'),
  ('{"kind": "adjustment", "reference_type": "grant", "author": "operator:1",
    "metadata": {"reason": "sorry"}}',
    'Grant by operator 1: sorry'),
  ('{"kind": "usage", "reference_type": "usage", "metadata": {"model": "m"}}', 'Usage of m'),
  ('{"kind": "clawback", "direction": "out", "reference_id": "o", "author": "stripe:e",
    "metadata": {"warning_id": "w"}}', 'Early fraud warning w of order o: credits clawed back as debt, '
    'because they were used')) v (entry, sentence),
  lateral (select format(entry, pg_temp.order_id(),
  farthing.account_for(tests.person('ann')))::jsonb as facts,
    format(sentence, pg_temp.order_id()) as reason) f;
select set_has($$ select unnest(pg_temp.reasons('ann')) $$,
  $$ select format('Dispute du_ann of order %s: credits %s',
  pg_temp.order_id(), words) from unnest(array['clawed back', 'clawed back as debt, because they were used',
    'reinstated', 'reinstated by cancelling debt']) words $$, 'a dispute says what it took and gave');

-- An entry has the ids of what caused it.
create function pg_temp.ids(p_kind text, p_reference text) returns jsonb language sql as $$
  select jsonb_strip_nulls(jsonb_build_object('order_id', e -> 'order_id', 'job_id', e -> 'job_id', 'hold_id',
    e ->> 'hold_id' is not null, 'event', e ->> 'stripe_event_id' ~ '^evt_'))
  from jsonb_array_elements(pg_temp.page_of('ann') #> '{entries,items}') e
  where e ->> 'kind' = p_kind and e ->> 'reference_type' is not distinct from p_reference limit 1
$$;
select is(pg_temp.ids('purchase', 'order'), jsonb_build_object('order_id', pg_temp.order_id(), 'hold_id',
  false,
  'event', true), 'a purchase names its order and Stripe''s event');
select is(pg_temp.ids('settle', 'job'), jsonb_build_object('job_id', tests.job_id('ann'), 'hold_id', true),
  'a step names its job and its hold');
select is(pg_temp.ids('settle', 'hold'), '{"hold_id": true}', 'a settlement names its hold');
select is((select array_agg((e ->> 'amount')::numeric order by e -> 'seq') from jsonb_array_elements(
    pg_temp.page_of('ann') #> '{entries,items}') e), (select array_agg(case direction when 'in' then amount
      else -amount end order by seq) from farthing.entries
  where account_id = farthing.account_for(tests.person('ann'))),
  'the entries are those of the ledger');

-- The page has every list of the customer.
select isnt(tests.booking('yoga'), null, 'ann books pat');
select isnt(fraud_blocks_add('user', tests.person('ann')::text, 'x', p_author => 'sql:x'), null,
  'ann is blocked');
select isnt(tests.warning('ann'), null, 'a network warns of ann''s payment');
select isnt(tests.hold('bob', '1'), null, 'bob has a hold') where tests.give('bob', '100') is not null;
select is(jsonb_array_length(pg_temp.page_of('ann') #> array[list, 'items']), wanted,
  format('ann has %s %s', wanted, list))
from (values ('orders', 1), ('refunds', 1), ('disputes', 1), ('warnings', 1), ('bookings', 1), ('blocks', 1),
  ('jobs', 1), ('holds', 0)) v (list, wanted);
update farthing.disputes set evidence_due_by = tests.after('9 days');
select is(pg_temp.page_of('ann') #>> '{disputes,items,0,evidence_due_by}', '2027-01-10T00:00:00+00:00',
  'a dispute has its deadline');
select is(pg_temp.page_of('ann') #>> '{notifications,items,0,address}', 'ann@example.com',
  'a notification has its address');
select is(pg_temp.page_of('ann') #>> '{credits,frozen}', (select trim_scale(sum(remaining))::text
  from farthing.lots where frozen and closed_at is null),
  'the frozen credits are those of the payment in doubt');
select is(pg_temp.page_of('bob') #>> '{holds,items,0,amount}', null, 'a hold that has expired is not open');
select is(pg_temp.page(md5('bob')::uuid::text, '1 min') #>> '{holds,items,0,amount}', '1',
  'an open hold is listed');
select isnt(tests.spends('bob', '0.5', '2 min'), null, 'bob spends often') from generate_series(1, 51);
select is((select array[jsonb_array_length(p #> '{entries,items}')::text, p #>> '{entries,has_more}',
    p #>> '{entries,path}'] from pg_temp.page_of('bob') p),
  array['50', 'true', '/credits/entries?user_id=' || md5('bob')::uuid],
  'a long list is cut, and says where it is whole');
select is(pg_temp.page_of('ann') #>> '{entries,has_more}', 'false', 'a short list is whole');

-- The account of a deleted user has a page without the user.
create temporary table accounts as select farthing.account_for(tests.person('ann')) as account_id;
delete from auth.users where id = md5('ann')::uuid;
select is((select jsonb_build_array(p #> '{customer,user_id}', p #> '{customer,email}', p #>> '{customer,id}',
    p #> '{entries,path}', jsonb_array_length(p #> '{orders,items}'), p #> '{jobs,items}')
  from pg_temp.page(account_id::text) p),
  jsonb_build_array(null, null, account_id::text, null, 1, '[]'::jsonb),
  'the page of a deleted user has orders, and neither a name nor jobs') from accounts;
select is(pg_temp.page(account_id::text) #>> '{entries,items,0,reason}',
  'User deleted: the remaining credits ended',
  'the last change of a deleted user has its reason') from accounts;
select tests.fails_with(format('select customers_read(%L)', id), 'not_found', 'id', format('%s has no page',
  id))
from unnest(array['0', 'x', null, '999999999', md5('ann')::uuid::text]) id;

-- Each list is read with an index. With sequential scans disabled, only the two feature flags and the one
-- row of the policy are scanned.
create function pg_temp.scanned_by_page(p_name text) returns text[] language plpgsql as $$
begin
  create temporary table before as select relid, seq_scan from pg_stat_xact_user_tables;
  perform pg_temp.page_of(p_name);
  return (select array_agg(a.relname::text order by a.relname) from pg_stat_xact_user_tables a
    join before b using (relid) where a.seq_scan > b.seq_scan);
end
$$;
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.scanned_by_page('bob') <@ '{features,policy}', true, 'the page reads no whole table');
set local enable_seqscan = on;

-- Each read is recorded.
select is((select count(*)::int from farthing.customer_reads r join accounts a using (account_id)
  where r.route = 'GET /customers/{id}' and r.author = 'operator:x') > 10, true,
  'the reads of the page are recorded');
select is(tests.code_for(role, 'bob', 'select farthing_public.customers_read(''1'')'), '42501',
  format('%s cannot read a page', role)) from unnest('{anon,authenticated}'::text[]) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
