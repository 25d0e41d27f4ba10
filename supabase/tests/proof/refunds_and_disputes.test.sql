-- Rule 10, about refunds and disputes, is broken in many ways, and the proof names each violation.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/breaking.psql
select plan(39);

select is(tests.buys(name), name, name || ' buys Starter') from unnest(array['ann', 'bob', 'cyn']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest(array['ann', 'bob',
  'cyn']) name;
select is(tests.spends('ann', '5000'), '4990', 'ann spends 5,000');
select is(tests.refund('ann', 1, 500), '{"received": true}', 'ann gets a part refunded');
select is(tests.dispute('bob', 'lost'), '{"received": true}', 'bob''s bank withdraws the whole payment');
select is(tests.dispute('cyn', 'needs_response'), '{"received": true}', 'cyn''s bank opens a dispute');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select is(tests.named(sql), rules, name)
from (values
  ('10', 'a refund that disagrees with its clawback is named', 'update farthing.refunds set amount = 400'),
  ('10', 'a failed refund without a reinstatement is named',
    $$update farthing.refunds set status = 'failed'$$),
  ('10', 'a deleted refund is named', 'delete from farthing.refunds'),
  ('10', 'reinstated money without reinstated credits is named', $$insert into farthing.dispute_movements
    (account_id, transaction_id, dispute_id, amount, fee, currency)
    select account_id, 'txn_in', dispute_id, 999, 0, 'usd' from farthing.disputes where status = 'lost'$$),
  ('10', 'withdrawn money without a clawback is named', $$insert into farthing.dispute_movements
    (account_id, transaction_id, dispute_id, amount, fee, currency)
    select account_id, 'txn_out', dispute_id, -999, 0, 'usd' from farthing.disputes
    where status = 'needs_response'$$),
  ('10', 'a deleted movement is named', 'delete from farthing.dispute_movements'),
  ('10', 'a closed dispute that freezes credits is named',
    $$update farthing.disputes set status = 'won' where status = 'needs_response'$$),
  ('10', 'an undecided dispute that freezes no credits is named',
    $$update farthing.disputes set status = 'a_new_one' where status = 'lost'$$),
  ('10', 'credits in doubt that can be spent are named', 'update farthing.lots set frozen = false'),
  ('10', 'credits that are frozen without a reason are named', 'update farthing.lots set frozen = true'),
  ('10', 'an open warning that freezes no credits is named', $$insert into farthing.fraud_warnings
    (account_id, warning_id, order_id, actionable, status_at) select account_id, 'issfr', order_id, true,
      now()
    from farthing.orders join tests.bought using (order_id) where name = 'ann'$$),
  ('10', 'an order with a wrong clawed-back amount is named',
    'update farthing.orders set credits_clawed_back = credits_clawed_back / 2'),
  ('10', 'a lot with a wrong clawed-back amount is named',
    'update farthing.lots set clawed_back = 1 where clawed_back = 0'),
  ('10', 'an order with a wrong refunded amount is named',
    'update farthing.orders set amount_refunded = 1'),
  ('10', 'an order in another state than its money is named', $$update farthing.orders set status = 'paid'$$),
  ('10', 'refunds above the payment are named', $$insert into farthing.refunds (account_id, order_id,
    amount, currency, requested_by, next_attempt_at) select account_id, order_id, 600, 'usd', 'x', now()
    from farthing.orders join tests.bought using (order_id), generate_series(1, 2) where name = 'ann'$$),
  ('3', 'rows without an account are named',
    'insert into farthing.spending select max(account_id) + 1, current_date, 0 from farthing.accounts'),
  ('1', 'a debt payment without a debt is named', $$insert into farthing.debt_payments
    (account_id, lot_id, amount) select account_id, lot_id, 1 from farthing.lots limit 1$$)
) breaks (rules, name, sql);

-- A charge may skip a lot only if the lot's order has an open dispute or warning.
select is(tests.buys('eve'), 'eve', 'eve buys Starter');
select is(tests.pays('eve'), '{"received": true}', 'eve pays');
select isnt(credits_grant(tests.person('eve'), '5', 'promotional', p_priority => 900,
  p_now => tests.after('1 s')), null, 'eve is granted 5 that are spent last');
select is(tests.spends('eve', '1', make_interval(secs => 1 + nr)), (9995 - nr)::text,
  'eve spends the purchased credits')
from generate_series(1, 4) nr;
create function pg_temp.took_from(p_source text) returns void language sql as $$
  select tests.unguarded('entries', format($sql$update farthing.entries e set lot_id = l.lot_id
    from farthing.lots l join farthing.accounts a using (account_id)
    where e.account_id = a.account_id and a.owner_id = tests.person('eve') and l.source = %L
      and e.seq = a.last_seq - 1$sql$, p_source))
$$;
select is_empty('select * from farthing.prove_burn_down()', 'the charges follow the burn-down order');
select pg_temp.took_from('promotional');
select is((select count(*)::int from farthing.prove_burn_down()), 1,
  '5: a charge that skipped an order''s lot is found');
select pg_temp.took_from('paid');

select is_empty('select * from farthing.prove()', 'the entries are restored');
select * from finish();
rollback;
