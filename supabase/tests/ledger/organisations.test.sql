-- Like the account of a deleted user, an organisation's account has no owner. But it is in use: its
-- credits are bought, held, settled, spent and refunded like those of a user's account.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/chats.psql
select plan(35);

insert into farthing.accounts (kind) values ('organisation');
create function pg_temp.club() returns farthing.accounts language sql as $$
  select * from farthing.accounts where kind = 'organisation' for no key update
$$;
create function pg_temp.balance(p_passed interval) returns text language sql as $$
  select format('balance %s, held %s, available %s, debt %s', trim_scale(a.balance), trim_scale(a.held),
    trim_scale(farthing.available(a, tests.after(p_passed))), trim_scale(a.debt))
  from pg_temp.club() a
$$;
create function pg_temp.holds(p_amount int, p_passed interval, p_model text default null)
returns uuid language sql as $$
  select ((farthing.open_hold(a, jsonb_populate_record(null::farthing.holds, jsonb_build_object('amount',
    p_amount, 'model', p_model, 'rate_version', case when p_model is not null then 1 end, 'correlation_id',
    'trace-club', 'author', 'key:club', 'expires_at', tests.after(p_passed + '10 min'))),
    tests.after(p_passed))).hold).hold_id
  from pg_temp.club() a
$$;

-- The organisation buys credits.
insert into tests.bought select 'club', o.order_id
from pg_temp.club() a, farthing.packages p, farthing.checkout_new_order(a.account_id, gen_random_uuid(), p,
  'https://a.test', 'https://a.test', null, tests.after()) o
where p.package_id = 'b04eb8da-a595-4fbc-a8f4-708b219f705a';
select is(tests.pays('club', '1 s'), '{"received": true}',
  'the payment of the organisation''s order is received');
select is((select status from farthing.orders), 'paid', 'the order is paid');
select is(pg_temp.balance('1 s'), 'balance 9990, held 0, available 9990, debt 0',
  'the bought credits are available');
select is_empty('select from farthing.lots where closed_at is not null',
  'T49: no lot of the organisation is closed');

-- The organisation holds credits and settles the hold.
create temporary table held as select pg_temp.holds(100, '2 s') as first, pg_temp.holds(20, '2 s') as late;
select is(pg_temp.balance('2 s'), 'balance 9990, held 120, available 9870, debt 0',
  'the organisation holds 100 and 20');
select is(holds_settle(first, '40', p_now => tests.after('3 s')) #>> '{data,released}', '60',
  'the first hold is settled with 40') from held;
select is(holds_read(first, p_now => tests.after('3 s')) - 'hold_id' ->> 'status', 'settled',
  'a secret key reads the hold') from held;
select tests.fails_with(format('select holds_read(%L, %L)', first, tests.person('ann')), 'not_found', 'id',
  'a user of another account does not find the hold') from held;
select is(farthing.expire_credits(tests.after('11 min')) > 0, true, 'the second hold expires');
select is(holds_settle(late, '5', p_now => tests.after('12 min')) #>> '{data,settled}', '5',
  'the second hold is settled late with 5') from held;

-- The organisation spends.
select is((farthing.spend(pg_temp.club(), row(10, 'debit', null, null, null, '{}', null,
  'key:club')::farthing.charge, tests.after('13 min'))).balance_after, 9935.0,
  'the organisation spends 10');
select is((farthing.charge_usage(pg_temp.club(), array[u], 'trace-club', 'key:club', null,
  tests.after('14 min')))[1].balance_after, 9885.0, 'the organisation''s usage is charged 50')
from farthing.price_usage('[{"event_id": "e", "model": "gpt-4o", "input_tokens": 1000,
  "output_tokens": 500}]', tests.after('14 min')) u;

-- A refund of the organisation's payment succeeds first, and fails later.
select is(tests.refund('club', 1, 999, 'succeeded', '15 min'), '{"received": true}',
  'the payment is refunded');
select is(pg_temp.balance('15 min'), 'balance -105, held 0, available 0, debt 105',
  'the organisation owes its usage');
select is(tests.refund('club', 1, 999, 'failed', '16 min'), '{"received": true}', 'the refund fails');
select is(pg_temp.balance('16 min'), 'balance 9885, held 0, available 9885, debt 0',
  'the clawed-back credits are reinstated');

-- A scheduled task closes a chat that sends no heartbeat. If the chat's request still settles the
-- hold later, the charge is corrected.
create temporary table chat as select pg_temp.holds(50, '20 min', 'gpt-4o') as hold_id;
insert into farthing.chats (account_id, hold_id, model, input_tokens, max_input_tokens, max_output_tokens,
  output_is_counted, author, created_at, accepted_at, heartbeat_at)
select a.account_id, c.hold_id, 'gpt-4o', 1000, 1000, 500, false, 'key:club', tests.after('20 min'),
  tests.after('20 min'), tests.after('20 min') from pg_temp.club() a, chat c;
select is(farthing.close_abandoned_chats(tests.after('22 min')),
  1, 'the task closes a chat without a heartbeat');
select is(tests.chat(hold_id), 'settled, hold settled, charged 50',
  'the chat is charged the most that it can cost') from chat;
select is(tests.settle_chat(hold_id, '23 min') ->> 'status', '200',
  'the request of the chat settles after all') from chat;
select is(corrected::numeric, 24.0, 'the difference is returned') from farthing.chats;

-- For the organisation, a grant is confirmed, an answer is stored and a notification is queued.
select isnt(tests.person('ops'), null, 'an operator exists');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('ops');
insert into farthing.grants (account_id, author, source, amount, once, status, ceiling, confirm_before,
  created_at)
select account_id, 'key:club', 'promotional', 7, false, 'pending', 'grant', tests.after('2 days'),
  tests.after('24 min') from pg_temp.club();
select is(grants_decide(grant_id, true, p_author => 'operator:' || tests.person('ops'),
  p_now => tests.after('25 min')) #>> '{data,status}', 'granted',
  'a grant to the organisation is confirmed')
from farthing.grants;
select is(pg_temp.balance('25 min'), 'balance 9866, held 0, available 9866, debt 0',
  'the granted credits are available');
do $$ begin
  perform farthing.idempotency_start(tests.sha256('k'), tests.sha256('body'), tests.after('26 min'));
  perform farthing.idempotency_finish_private(tests.sha256('k'), 200, '{}', (pg_temp.club()).account_id);
end $$;
select is(tests.key('k'), '200', 'an answer of the organisation is stored for a repeat');
select is(farthing.notify(account_id, 'top_up_paused', 'x', '{"reason": "failures"}', tests.after('26 min')),
  true, 'the organisation is notified') from pg_temp.club();

-- The organisation has top-ups, and is notified of a low balance.
insert into farthing.customers (account_id, customer_id, payment_method_id)
select account_id, 'cus_club', 'pm_club' from pg_temp.club();
insert into farthing.top_ups (account_id, enabled, threshold, target, monthly_cap, consented_at,
  next_attempt_at)
select account_id, true, 10000, 20000, 100000, tests.after('26 min'), tests.after('26 min')
from pg_temp.club();
select is(jsonb_array_length(top_ups_claim(10, tests.after('27 min'))), 1,
  'the organisation''s top-up is due');
select is((select status from farthing.orders where kind = 'top_up'), 'pending', 'the top-up has an order');
do $$ begin
  perform farthing.allow_change('owner', 'no more');
  update farthing.top_ups set enabled = false, consented_at = null where true;
end $$;
select is(farthing.notify_low_balances(tests.after('28 min')), 1,
  'the organisation is notified of its low balance');
select is((select array_agg(template order by template) from farthing.notifications join farthing.accounts
  using (account_id) where kind = 'organisation'), '{low_balance,receipt,refund,top_up_paused}',
  'the organisation has four notifications');

-- An account of an organisation stays one: it gets no owner, and it is not closed.
select is((owner_id, left_at)::text, (null::uuid, null::timestamptz)::text,
  'the account has no owner and no left_at') from pg_temp.club();
select is((select count(*) from farthing.entries where reference_type = 'account_closed'), 0::bigint,
  'no credits of the account went to breakage');
select is(farthing.seal() > 0, true, 'the entries of the account are sealed');
select is_empty('select * from farthing.verify()', 'the chain of the account is valid');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- The proof finds that a user became the owner of the account while triggers were disabled.
select tests.unguarded('accounts', format('update farthing.accounts set kind = ''user'', owner_id = %L
  where kind = ''organisation''', tests.person('eve')));
select is((select array_agg(distinct rule) from farthing.prove()), '{19}',
  'the proof names a user as owner of an organisation''s account');

select * from finish();
rollback;
