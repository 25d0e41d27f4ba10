-- Expiry of holds: what happens when a hold expires, and when a lot expires while a hold reserves its
-- credits.

begin;
\ir ../helpers/all_tests.psql
select plan(57);

select isnt(tests.give('ann', '50', '1 hour'), null, 'ann has 50 for an hour');
select isnt(tests.give('ann', '50'), null, 'ann has 50 for ever');

-- From its expiry on, a hold counts as released, even if no scheduled task has run yet.
create temporary table h as select tests.hold('ann', '70', 60) as hold_id;
select is(holds_read(hold_id, p_now => tests.after('59 s')) ->> 'status', 'open',
  'a hold is open until it expires')
from h;
select is(holds_read(hold_id, p_now => tests.after('60 s')) - '{hold_id,user_id,reason,created_at}'::text[],
  jsonb_build_object('status', 'released', 'amount', '70', 'expires_at', tests.after('60 s'), 'resolved_at',
    tests.after('60 s')), 'an expired hold reads as released before the task has run') from h;
select is(tests.balance('ann', '60 s'), 'balance 100, held 0, available 100, debt 0',
  'an expired hold reserves nothing before the task has run');
select tests.fails_with(format('select holds_settle(%L, ''1'', p_now => tests.after(''61 min''))', hold_id),
  'hold_not_open', null,
  'T8: settling a hold an hour after its expiry is refused, before the task has run') from h;
select tests.fails_with(format('select holds_release(%L, p_now => tests.after(''60 s''))', hold_id),
  'hold_not_open', null, 'T8: releasing an expired hold is refused, before the task has run') from h;
select is(credits_debit(tests.person('ann'), '10', 'work', p_now => tests.after('61 s'))
  #>> '{data,balance_after}',
  '90', 'a debit takes an expired hold''s credits before the task has run');
select is((select array[status, resolved_at::text] from farthing.holds), array['released',
  tests.after('60 s')::text],
  'the hold was released as of its expiry') from h;
select tests.fails_with(format('select holds_settle(%L, ''1'', p_now => tests.after(''61 min''))', hold_id),
  'hold_not_open', null,
  'T8: settling a hold an hour after its expiry is refused, after the task has run') from h;

-- The scheduled task releases the expired holds of inactive accounts.
select isnt(tests.give('bob', '20'), null, 'bob has 20');
create temporary table b as select tests.hold('bob', '20', 60) as hold_id;
select is(farthing.expire_credits(tests.after('59 s')), 0, 'the task leaves an open hold unchanged');
select is(farthing.expire_credits(tests.after('60 s')), 1, 'the task releases an expired hold');
select is((select array[status, resolved_at::text] from farthing.holds join b using (hold_id)),
  array['released', tests.after('60 s')::text], 'a hold that the task releases ends as of its expiry');
select is(farthing.expire_credits(tests.after('60 s')), 0, 'the task releases a hold only once');

-- When a lot expires, the credits that a hold reserves stay. ann's lot, which was valid for an
-- hour, has 40 credits left, and 30 of these are held. So only 10 expire.
create temporary table late as select tests.hold('ann', '30', 7200, '50 min') as hold_id;
select is(tests.balance('ann', '61 min'), 'balance 90, held 30, available 50, debt 0',
  'the part of an expired lot that no hold reserves cannot be spent');
select is(farthing.expire_credits(tests.after('61 min')), 1, 'the task expires a lot');
select is(tests.balance('ann', '61 min'), 'balance 80, held 30, available 50, debt 0',
  'the task takes only the part of an expired lot that no hold needs');
select results_eq($$ select reference_type::text, counterparty::text, amount::int,
  event_at from farthing.entries
  where kind = 'expiry' $$, $$ values ('expiry', 'breakage', 10, tests.after('1 hour')) $$,
  'expired credits are in breakage, as of the moment of expiry');
select tests.fails_with($$ select credits_debit(tests.person('ann'), '51', 'x',
  p_now => tests.after('62 min')) $$,
  'insufficient_credits', null, 'only the hold can spend the credits that it reserves of an expired lot');
select is(holds_settle(hold_id, '60', p_now => tests.after('70 min')) -> 'data' ->> 'balance_after', '20',
  'a hold settles with the expired lot that it reserved, and takes more from the available '
  'credits') from late;
select is((select remaining::int from farthing.lots where expires_at is not null and closed_at is not null),
  0, 'the hold has used up the expired lot');

-- Until a scheduled task removes an expired lot, a settlement can take credits from this lot, but at
-- most those that the hold had reserved.
select isnt(tests.give('dan', '30', '1 hour'), null, 'dan has 30 for an hour');
select isnt(tests.give('dan', '5'), null, 'dan has 5 for ever');
select is(holds_settle(tests.hold('dan', '20', 7200), '26', p_now => tests.after('90 min'))
  #>> '{data,shortfall}', '1', 'a settlement takes 20 of the expired lot and 5 of the other');
select is(tests.balance('dan', '90 min'), 'balance 9, held 0, available 0, debt 1',
  'expired credits that the hold did not reserve are not spent, and the missing rest becomes debt');
select is(farthing.expire_credits(tests.after('90 min')), 1, 'the task takes the expired rest');

-- If a hold releases credits of an expired lot, these credits expire, too.
select isnt(tests.give('cid', '30', '1 hour'), null, 'cid has 30 for an hour');
create temporary table c as select tests.hold('cid', '20', 7200) as hold_id;
select is(farthing.expire_credits(tests.after('2 hours' - interval '1 s')), 1,
  'the task takes only the part that is not held');
select is(holds_settle(hold_id, '5', p_now => tests.after('2 hours' - interval '1 s')) #>> '{data,released}',
  '15', 'a hold settles below its amount on an expired lot') from c;
select is(tests.balance('cid', '2 hours'), 'balance 15, held 0, available 0, debt 0',
  'released credits of an expired lot cannot be spent');
select is(farthing.expire_credits(tests.after('2 hours')), 1, 'the task takes the released rest');
select is(tests.balance('cid', '2 hours'), 'balance 0, held 0, available 0, debt 0',
  'the expired lot is empty');

-- A settlement uses credits that were reserved by a different hold, which has expired since.
select isnt(tests.give('eve', '100'), null, 'eve has 100');
select isnt(tests.hold('eve', '50', 60), null, 'eve holds 50 for a minute');
select is(holds_settle(tests.hold('eve', '50', 3600), '80', p_now => tests.after('61 s'))
  #>> '{data,shortfall}', '0',
  'a settlement takes another expired hold''s credits before the task has run');

-- The owner of a hold can read it, and other users can't.
select is(holds_read(hold_id, tests.person('cid')) ->> 'status', 'settled',
  'a user reads their own hold') from c;
select tests.fails_with(format('select holds_read(%L, tests.person(''ann''))', hold_id), 'not_found', 'id',
  'another user''s hold is not found') from c;
select is(tests.code_for(role, 'cid', format('select %s', call)), case role when 'service_role' then code
  else '42501' end, format('T13: %s by %s', call, role))
from (values ('holds_open(tests.person(''ann''), 600, ''1'')', 'ok'), ('holds_read(gen_random_uuid())',
  'not_found'),
    ('holds_settle(gen_random_uuid(), ''1'')', 'not_found'), ('holds_release(gen_random_uuid())',
    'not_found'))
  calls (call, code), unnest(array['service_role', 'authenticated', 'anon']) role;

-- A lot expires exactly at its expires_at.
select isnt(tests.give(name, '10', '1 hour'), null, name || ' has 10 for an hour')
from unnest(array['yan', 'zoe']) name;
create temporary table kept as select name, tests.give(name, '10') as later,
  tests.hold(name, '5', 600, passed) as hold_id
from (values ('yan', interval '59 min 59 s'), ('zoe', '1 hour')) k (name, passed);
select results_eq($$ select name, l.lot_id = later from kept join farthing.hold_lots l using (hold_id)
  order by name $$, $$ values ('yan', false), ('zoe', true) $$,
  'a hold reserves credits of a lot until the lot expires');

-- A settlement at the moment when the hold expires does not release the hold a second time.
select isnt(tests.give('gil', '20'), null, 'gil has 20');
select isnt(tests.hold('gil', '10', 1200), null, 'gil holds 10 for longer');
select is(holds_settle(tests.hold('gil', '10', 600), '4', p_now => tests.after('600 s')) #>> '{data,settled}',
  '4', 'a hold is settled at the moment of its expiry');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
