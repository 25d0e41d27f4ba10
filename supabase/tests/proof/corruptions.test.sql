-- Trap M7: somebody uses SQL to change data that money depends on. At an SQL prompt, each change
-- has an expected result. `refused`: the tables refuse it, even to their owner. `recorded`: the
-- audit records it. `done`: neither. Then the guards, which are the triggers that refuse changes,
-- are disabled, and each change is made again. Four changes are then not detected. The proof finds
-- all others, or a head that is stored outside the database shows them.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select no_plan();
\ir ../helpers/corruption.psql
\ir ../helpers/bookings.psql
\ir ../helpers/corruptions_of_bookings.psql

-- Lots and accounts are changed.
insert into corruptions (prompt, name, sql) values
  ('refused', 'a lot that expires later', $$update farthing.lots set expires_at = expires_at
    + interval '1 year' where account_id = $ann and source = 'promotional'$$),
  ('refused', 'a lot that expires no more', $$update farthing.lots set expires_at = null
    where account_id = $ann and source = 'promotional'$$),
  ('refused', 'a lot that is spent earlier', $$update farthing.lots set priority = 1
    where account_id = $ann and source = 'paid'$$),
  ('refused', 'a lot of another source', $$update farthing.lots set source = 'adjustment'
    where account_id = $dan$$),
  ('refused', 'a lot that cost more', $$update farthing.lots set price = 100
    where account_id = $ann and source = 'paid'$$),
  ('refused', 'a lot without its order', $$update farthing.lots set order_id = null
    where account_id = $ann and source = 'paid'$$),
  ('refused', 'a larger lot', $$update farthing.lots set amount = amount + 1 where account_id = $dan$$),
  ('refused', 'an older lot', $$update farthing.lots set created_at = created_at - interval '1 day'
    where account_id = $dan$$),
  ('refused', 'a lot that moved to another account', $$update farthing.lots set account_id = $bob
    where account_id = $dan$$),
  ('refused', 'a lot that is gone', $$delete from farthing.lots where account_id = $dan$$),
  ('done', 'a frozen lot that nobody doubts', $$update farthing.lots set frozen = true
    where account_id = $dan$$),
  ('done', 'a lot in doubt that can be spent', $$update farthing.lots set frozen = false
    where account_id = $cyn$$),
  ('done', 'a lot that lost its rest', $$update farthing.lots set remaining = remaining - 1
    where account_id = $dan$$),
  ('done', 'a lot closed early', $$update farthing.lots set closed_at = now() where account_id = $dan$$),
  ('done', 'a lot of which more was clawed back', $$update farthing.lots set clawed_back = clawed_back + 1
    where account_id = $ann and source = 'paid'$$),
  ('done', 'a reservation that is gone', $$update farthing.lots set reserved = 0 where account_id = $ann$$),
  ('done', 'a lot from nowhere', $$insert into farthing.lots (account_id, source, amount, remaining)
    values ($dan, 'promotional', 5, 5)$$),
  ('refused', 'owners swapped', $$update farthing.accounts set owner_id = null
    where account_id in ($ann, $dan);
    update farthing.accounts set owner_id = case account_id when $ann then $dan_id::uuid else $ann_id::uuid
      end where account_id in ($ann, $dan)$$),
  ('refused', 'owners swapped, and their marks', $$update farthing.accounts set owner_id = null
    where account_id in ($ann, $dan);
    update farthing.accounts set owner_id = case account_id when $ann then $dan_id::uuid else $ann_id::uuid
      end where account_id in ($ann, $dan);
    update farthing.owner_marks m set mark = farthing.owner_mark(m.salt, m.account_id, a.owner_id)
      from farthing.accounts a where a.account_id = m.account_id$$),
  ('refused', 'an owner taken away', $$update farthing.accounts set owner_id = null
    where account_id = $dan$$),
  ('refused', 'a user''s account turned into an organisation''s', $$update farthing.accounts
    set kind = 'organisation', owner_id = null where account_id = $dan$$),
  ('refused', 'an account left by an owner who is there', $$update farthing.accounts set left_at = now()
    where account_id = $dan$$),
  ('refused', 'an owner''s mark', $$update farthing.owner_marks set mark = sha256('x')
    where account_id = $dan$$),
  ('done', 'an owner who is gone', $$delete from auth.users where id = $dan_id$$),
  ('done', 'a balance', $$update farthing.accounts set balance = balance + 1 where account_id = $dan$$),
  ('done', 'a balance with its lot', $$update farthing.accounts set balance = balance + 1
    where account_id = $dan;
    update farthing.lots set remaining = remaining + 1 where account_id = $dan$$),
  ('done', 'a debt forgiven', $$update farthing.accounts set debt = 0 where account_id = $bob$$),
  ('done', 'held credits', $$update farthing.accounts set held = 0 where account_id = $ann$$),
  ('done', 'a number skipped', $$update farthing.accounts set last_seq = last_seq + 1
    where account_id = $dan$$),
  ('refused', 'an account that is gone', $$delete from farthing.accounts where account_id = $dan$$),
  ('refused', 'a cap raised', $$update farthing.accounts set daily_cap = 100000 where account_id = $ann$$),
  ('refused', 'a cap removed', $$update farthing.accounts set daily_cap = null where account_id = $ann$$),
  ('refused', 'a cap of an account without a cap', $$update farthing.accounts set daily_cap = 1
    where account_id = $dan$$),
  ('done', 'a day''s spending', $$update farthing.spending set spent = 0 where account_id = $ann$$),
  ('done', 'a day''s spending that is gone', $$delete from farthing.spending where account_id = $ann$$);

-- Entries, seals, sums and heads are changed.
insert into corruptions (prompt, name, sql)
select 'refused', 'an entry with ' || change, format($$update farthing.entries set %s
  where account_id = $dan and seq = 2$$, change)
from unnest(array['amount = amount + 1', 'metadata = ''{}''', 'author = ''owner''', 'reference_id = ''x''',
  'event_at = event_at - interval ''1 year''', 'kind = ''usage''', 'lot_id = null']) change;
create function pg_temp.forged(p_head_nr int) returns text language sql as $$
  select format($sql$update farthing.entries set metadata = '{"reason": "other"}'
      where account_id = $dan and seq = 2;
    delete from farthing.entry_seals where account_id = $dan and seq = 2;
    insert into farthing.entry_seals (account_id, seq, head_nr, hash)
    select $dan, 2, %s, sha256(s.hash || c.contents)
    from farthing.entry_contents c join farthing.entry_seals s on s.account_id = $dan and s.seq = 1
    where c.account_id = $dan and c.seq = 2;$sql$, p_head_nr)
$$;
insert into corruptions (prompt, name, sql) values
  ('refused', 'the last entry gone, and all else made to fit', $$delete from farthing.entries
    where account_id = $dan and seq = 2;
    delete from farthing.entry_seals where account_id = $dan and seq = 2;
    update farthing.accounts set last_seq = 1, balance = balance + 1 where account_id = $dan;
    update farthing.lots set remaining = remaining + 1 where account_id = $dan;
    delete from farthing.entry_sums where kind = 'debit' and entries = 1$$),
  ('refused', 'all seals gone', $$delete from farthing.entry_seals$$),
  ('refused', 'the last seal gone', $$delete from farthing.entry_seals
    where account_id = $dan and seq = 2$$),
  ('refused', 'all seals and sums gone', $$delete from farthing.entry_seals;
    delete from farthing.entry_sums$$),
  ('refused', 'a seal', $$update farthing.entry_seals set hash = sha256('x')
    where account_id = $dan and seq = 2$$),
  ('refused', 'an entry forged and sealed again', pg_temp.forged(2)),
  ('refused', 'an entry forged and sealed as it was', pg_temp.forged(1)),
  ('refused', 'an entry forged, sealed, and under a new head', pg_temp.forged(1)
    || $$delete from farthing.heads; select farthing.make_head(tests.after('1 day'))$$),
  ('done', 'a sum of entries', $$update farthing.entry_sums set amount = amount + 1 where kind = 'debit'$$),
  ('done', 'a sum of entries that is gone', $$delete from farthing.entry_sums where kind = 'debit'$$),
  ('refused', 'a head', $$update farthing.heads set entries = entries + 1$$),
  ('refused', 'a head that is gone', $$delete from farthing.heads$$),
  ('refused', 'a debt payment that is gone', $$delete from farthing.debt_payments$$);

-- Usage and prices are changed.
insert into corruptions (prompt, name, sql) values
  ('refused', 'a usage halved, and all else made to fit', $$update farthing.entries set amount = amount / 2
      where account_id = $ann and reference_id = 'e3';
    update farthing.entries n set balance_after = w.balance from (select seq, sum(case direction
        when 'in' then amount else -amount end) over (order by seq) as balance
      from farthing.entries where account_id = $ann) w where n.account_id = $ann and n.seq = w.seq;
    update farthing.accounts set balance = (select balance_after from farthing.entries
      where account_id = $ann order by seq desc limit 1) where account_id = $ann;
    update farthing.lots l set remaining = (select sum(case direction when 'in' then amount else -amount end)
      from farthing.entries e where e.account_id = $ann and e.lot_id = l.lot_id) where account_id = $ann;
    update farthing.spending set spent = (select sum(amount) from farthing.entries
      where account_id = $ann and counterparty = 'usage') where account_id = $ann;
    delete from farthing.entry_seals; delete from farthing.entry_sums; delete from farthing.heads$$),
  ('refused', 'a usage event forgotten', $$delete from farthing.usage_events where event_id = 'e1'$$),
  ('refused', 'a usage event of another entry', $$update farthing.usage_events set first_seq = 1
    where event_id = 'e1'$$),
  ('done', 'a usage event forged', $$insert into farthing.usage_events
    select (jsonb_populate_record(u, '{"event_id": "e4"}')).* from farthing.usage_events u
    where u.event_id = 'e1'$$),
  ('refused', 'a rate rewritten', $$update farthing.rates set input_per_million_usd = 0.1
    where model = 'gpt-4o'$$),
  ('refused', 'a rate that is gone', $$delete from farthing.rates where model = 'gpt-4o'$$),
  ('refused', 'a rate rewritten that nobody used', $$update farthing.rates set markup = 1
    where model = 'o3'$$),
  ('recorded', 'a rate added', $$insert into farthing.rates (model, version, input_per_million_usd,
    output_per_million_usd) values ('gpt-4o', 99, 0.1, 0.1)$$),
  ('refused', 'a package rewritten', $$update farthing.packages set credits = credits * 2
    where name = 'Starter'$$),
  ('refused', 'a package rewritten that nobody bought', $$update farthing.packages
    set credits = credits * 2 where name = 'Pro'$$);

-- Orders, refunds, disputes and events are changed.
insert into corruptions (prompt, name, sql) values
  ('refused', 'an order scaled with its refund', $$update farthing.orders set amount = amount * 10,
      amount_total = amount_total * 10, amount_refunded = amount_refunded * 10 where account_id = $ann;
    update farthing.refunds set amount = amount * 10 where account_id = $ann$$),
  ('refused', 'an order''s payment', $$update farthing.orders set payment_ref = 'pi_x'
    where account_id = $ann$$),
  ('refused', 'an order''s tax', $$update farthing.orders set tax_behavior = 'inclusive', amount_tax = 9
    where account_id = $ann$$),
  ('refused', 'an order''s discount', $$update farthing.orders set promotion_codes = true,
    amount_discount = 9, amount_total = amount - 9 where account_id = $ann$$),
  ('refused', 'an order''s credits', $$update farthing.orders set credits = credits + 1
    where account_id = $ann$$),
  ('refused', 'an order''s currency', $$update farthing.orders set currency = 'eur'
    where account_id = $ann$$),
  ('done', 'an order''s state', $$update farthing.orders set status = 'paid' where account_id = $bob$$),
  ('refused', 'an order that is gone', $$delete from farthing.orders where account_id = $ann$$),
  ('refused', 'a refund''s amount', $$update farthing.refunds set amount = 50 where account_id = $ann$$),
  ('refused', 'a refund that is gone', $$delete from farthing.refunds where account_id = $ann$$),
  ('done', 'a refund that failed', $$update farthing.refunds set status = 'failed'
    where account_id = $ann$$),
  ('done', 'a dispute that was won', $$update farthing.disputes set status = 'won'
    where account_id = $bob$$),
  ('refused', 'a dispute that is gone', $$delete from farthing.disputes where account_id = $bob$$),
  ('refused', 'a payment''s event that is gone', $$delete from farthing.inbox
    where facts ->> 'payment_id' = 'pi_ann' and type like 'checkout%'$$),
  ('refused', 'a refund''s event that is gone', $$delete from farthing.inbox where type like 'refund%'$$),
  ('refused', 'an event''s amount', $$update farthing.inbox set facts = facts || '{"amount": 1}'
    where facts ->> 'payment_id' = 'pi_ann' and type like 'checkout%'$$),
  ('done', 'a payment''s event that is to come', $$update farthing.inbox set state = 'received',
    processed_at = null where facts ->> 'payment_id' = 'pi_ann' and type like 'checkout%'$$),
  ('done', 'a purchase granted that nobody paid', $$insert into farthing.orders (account_id, package_id,
      package_version, package_name, amount, currency, credits, bonus_credits, success_url, cancel_url,
      expires_at)
    select $dan, package_id, package_version, package_name, amount, currency, credits, bonus_credits,
      success_url, cancel_url, expires_at from farthing.orders where account_id = $bob;
    select farthing.grant_order(o, 'pi_forged', row(o.amount, 0, 0, o.amount, o.currency), 'owner',
      tests.after('1 hour'))
    from farthing.orders o where account_id = $dan$$),
  ('done', 'a grant by hand in an operator''s name', $$select farthing.receive($dan, 'adjustment', 5,
    'adjustment', 'adjustments', null, 'grant', null, null, '{"reason": "goodwill"}',
    'operator:00000000-0000-0000-0000-000000000001', tests.after('1 hour'))$$);

-- Facts that Stripe never sent are inserted together with their effects.
create function pg_temp.netted(p_who text, p_author text) returns text language sql as $$
  select format('; select farthing.net_order(account_id, order_id, ''{}'', %L, tests.after(''2 days''))
    from farthing.orders where account_id = %s', p_author, p_who)
$$;
insert into corruptions (prompt, name, sql)
select 'done', name || ' by ' || split_part(author, ':', 1), sql || pg_temp.netted(who, author)
from (values
  ('a dispute''s money that is reinstated', '$bob', $$insert into farthing.dispute_movements (account_id,
      transaction_id, dispute_id, amount, fee, currency)
    select account_id, 'txn_forged', dispute_id, -amount, 0, currency from farthing.dispute_movements
    where account_id = $bob$$),
  ('a dispute''s money that is withdrawn', '$cyn', $$insert into farthing.dispute_movements (account_id,
      transaction_id, dispute_id, amount, fee, currency)
    select account_id, 'txn_forged', dispute_id, -999, 0, 'usd' from farthing.disputes
    where account_id = $cyn$$),
  ('a refund that fails', '$ann', $$update farthing.refunds set status = 'failed'
    where account_id = $ann$$),
  ('a refund in an unknown state', '$bob', $$insert into farthing.refunds (account_id, order_id,
      stripe_refund_id, amount, currency, status, requested_by)
    select account_id, order_id, 're_forged', 1, currency, 'unknown', 'stripe' from farthing.orders
    where account_id = $bob$$)) f (name, who, sql),
  unnest(array['stripe:evt_1', 'stripe:evt_nobody_sent']) author;
update corruptions set name = name || ' that is there' where sql like '%stripe:evt_1''%';
insert into corruptions (prompt, name, sql) values
  ('done', 'credits by an event that is not here', $$select farthing.receive($dan, 'adjustment', 5,
    'adjustment', 'adjustments', null, 'grant', null, null, '{}', 'stripe:evt_nobody_sent',
    tests.after('1 hour'))$$);

-- Holds are changed.
insert into corruptions (prompt, name, sql) values
  ('refused', 'an open hold of less', $$update farthing.holds set amount = 1
    where account_id = $ann and status = 'open'$$),
  ('refused', 'an open hold that lasts longer', $$update farthing.holds
    set expires_at = expires_at + interval '1 hour' where account_id = $ann and status = 'open'$$),
  ('refused', 'a settled hold opened again', $$update farthing.holds set status = 'open',
    resolved_at = null, settled = null, shortfall = null where account_id = $ann and status = 'settled'$$),
  ('refused', 'a hold that settled less', $$update farthing.holds set settled = 1
    where account_id = $ann and status = 'settled'$$),
  ('refused', 'the lots of a settled hold', $$update farthing.hold_lots set amount = 1
    where hold_id in (select hold_id from farthing.holds where status = 'settled')$$),
  ('refused', 'the lots of an open hold, gone', $$delete from farthing.hold_lots
    where hold_id in (select hold_id from farthing.holds where status = 'open')$$),
  ('refused', 'an open hold that is gone', $$delete from farthing.hold_lots
    where hold_id in (select hold_id from farthing.holds where status = 'open');
    delete from farthing.holds where status = 'open'$$);

-- The policy, scheduled tasks, the audit and stored answers.
insert into corruptions (prompt, name, sql) values
  ('refused', 'the policy', $$update farthing.policy set booking_fee_basis_points = 0$$),
  ('refused', 'the policy, gone', $$delete from farthing.policy$$),
  ('recorded', 'an alert switched off', $$update farthing.alert_rules set enabled = false
    where rule = 'prove_violation'$$),
  ('recorded', 'a task switched off', $$update farthing.tasks set enabled = false
    where task = 'prove_if_due'$$),
  ('recorded', 'a task that is gone', $$delete from farthing.tasks where task = 'anchor'$$),
  ('refused', 'an audit row rewritten', $$update farthing.audit set author = 'owner'$$),
  ('refused', 'audit rows that are gone', $$delete from farthing.audit where table_name = 'accounts'$$),
  ('refused', 'an answer that is to be repeated', $$update farthing.idempotency_keys
    set answer = '{"amount": "0"}' where answer is not null$$),
  ('done', 'an answer forgotten', $$delete from farthing.idempotency_keys$$);

select is(o_rules::text || o_is_done, '{}true', 'the ledger is proved and marked before the changes')
from farthing.prove_in_parts(p_time => '1 hour');
-- These are three statements and not one, because the statement timeout ends a statement that takes
-- too long.
create temporary table found as
select c.*, pg_temp.at_a_prompt(pg_temp.filled(c.sql)) as result, null::text as named,
  null::text as named_hourly from corruptions c order by nr;
update found set named = pg_temp.by_a_superuser(pg_temp.filled(sql));
update found set named_hourly = pg_temp.by_a_superuser(pg_temp.filled(sql), 'prove_new');
select is(result, prompt, format('at an SQL prompt: %s is %s', name, prompt)) from found order by nr;
-- No proof finds these changes. docs/reference/rules.md says why.
select set_eq($$ select name from found where named = 'nothing' $$, array['an open hold that lasts longer',
  'a grant by hand in an operator''s name', 'an answer that is to be repeated', 'an answer forgotten'],
  'the whole proof misses only the four known changes');
select isnt(named, 'nothing', format('without guards: %s is found by %s', name, named))
from found where name not in ('an open hold that lasts longer', 'a grant by hand in an operator''s name',
  'an answer that is to be repeated', 'an answer forgotten') order by nr;
-- The whole proof finds these changes, and the incremental proof does not. A forged usage event can
-- be inserted at an SQL prompt. All other changes are refused there, so only a person who disables
-- guards can make them.
select set_eq($$ select name from found where named <> 'nothing' and named_hourly = 'nothing' $$, array[
  'a larger lot', 'a lot of another source', 'an older lot',
  'a lot that expires no more', 'a lot that expires later', 'a lot that is spent earlier',
  'owners swapped, and their marks', 'an entry with amount = amount + 1', 'an entry with metadata = ''{}''',
  'an entry with reference_id = ''x''', 'an entry with author = ''owner''',
  'an entry with event_at = event_at - interval ''1 year''', 'an entry with lot_id = null',
  'an entry with kind = ''usage''', 'a usage event forgotten', 'a usage event of another entry',
  'a usage event forged',
  'a hold that settled less'],
  'only changes of entries that were proved before wait for the weekly proof');
select is((select named from found where name = 'an entry forged, sealed, and under a new head'), 'head',
  'a stored head shows a rewritten chain');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
