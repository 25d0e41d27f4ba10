-- Late settlement: how long after its expiry a hold can be settled, and from which credits.

begin;
\ir ../helpers/all_tests.psql
select plan(30);

create function pg_temp.settle(p_hold uuid, p_amount text, p_passed interval default '1 s') returns text
language sql as $$
  select format('select holds_settle(%L, %L, p_now => tests.after(%L))', p_hold, p_amount, p_passed)
$$;
create function pg_temp.hold_of(p_hold uuid) returns text language sql as $$
  select concat_ws(' ', status, trim_scale(settled), trim_scale(shortfall)) from farthing.holds
  where hold_id = p_hold
$$;

-- An expired hold can be settled late. It is settled only once, and from the available credits.
select isnt(tests.give(name, '100', case when name = 'fay' then interval '30 s' end), null, name
  || ' has 100')
from unnest(array['eve', 'fay', 'gus', 'hal', 'ida']) name;
create temporary table late as select name, tests.hold(name, '60', 60) as hold_id
from unnest(array['eve', 'fay', 'gus', 'hal', 'ida']) name;
select is(farthing.expire_credits(tests.after('61 s')) > 0, true, 'T31: the task releases expired holds');
select is(pg_temp.hold_of(hold_id), 'released', 'eve''s hold is released') from late where name = 'eve';
select is(tests.outcome(pg_temp.settle(hold_id, '70', '60 min 59.999999 s')) ->> 'code', 'ok',
  'T31: a late settlement is accepted until just before the hour ends') from late where name = 'eve';
select is(pg_temp.hold_of(hold_id), 'settled 70 0', 'eve''s hold is settled') from late where name = 'eve';
select is(tests.balance('eve', '61 min'), 'balance 30, held 0, available 30, debt 0',
  'T31: credits are not released twice');
select is(tests.outcome(pg_temp.settle(hold_id, '1', '60 min 59.999999 s')) ->> 'code', 'hold_not_open',
  'T8: a late settlement is accepted once') from late where name = 'eve';
select is(tests.outcome(format('select holds_release(%L, p_now => tests.after(''62 s''))',
  hold_id)) ->> 'code',
  'hold_not_open', 'an expired hold cannot be released') from late where name = 'gus';
select is(tests.outcome(pg_temp.settle(hold_id, '1', '61 min')) ->> 'code', 'hold_not_open',
  'a settlement after the hour is refused') from late where name = 'gus';
select is(tests.outcome(pg_temp.settle(hold_id, '0', '62 s')) ->> 'code', 'ok',
  'a late settlement at zero is accepted')
from late where name = 'gus';
-- fay's lot was due to expire after 30 s. Because a hold reserves credits of the lot, the lot
-- expires together with the hold, after 60 s.
select is(tests.balance('fay', '61 s'), 'balance 0, held 0, available 0, debt 0',
  'fay''s lot has expired');
select is(tests.outcome(pg_temp.settle(hold_id, '1000.1', '62 s')) ->> 'code', 'overdraft_exceeded',
  'a late settlement has the overdraft limit, too') from late where name = 'fay';
select is(tests.outcome(pg_temp.settle(hold_id, '50', '62 s')) ->> 'code', 'ok',
  'a late settlement leaves a debt up to the limit')
from late where name = 'fay';
select is(tests.balance('fay', '62 s'), 'balance -50, held 0, available 0, debt 50', 'fay owes 50');
-- A hold that hal released himself, and the hold of ida, who is deleted, can't be settled late.
select is(pg_temp.hold_of(hold_id), 'released', 'hal''s hold is released') from late where name = 'hal';
select is(tests.hold('hal', '5', 60, '62 s') is not null, true, 'hal opens another hold');
select is(holds_release(hold_id, p_now => tests.after('63 s')) #>> '{data,status}', 'released',
  'hal releases the hold')
from farthing.holds where amount = 5;
select is(tests.outcome(pg_temp.settle(hold_id, '1', '3 min')) ->> 'code', 'hold_not_open',
  'T8: a hold that its caller released cannot be settled late') from farthing.holds where amount = 5;
delete from auth.users where id = (select tests.person('ida'));
select is(tests.outcome(pg_temp.settle(hold_id, '1', '62 s')) ->> 'code', 'hold_not_open',
  'a hold of a deleted user cannot be settled late') from late where name = 'ida';
-- joe's lot has expired, but no scheduled task has released joe's hold yet. The hold is settled
-- late.
select isnt(tests.give('joe', '100', '90 s'), null, 'joe has 100 for 90 seconds');
create temporary table j as select tests.hold('joe', '60', 60) as hold_id;
select is(tests.outcome(pg_temp.settle(hold_id, '60', '91 s')) ->> 'code', 'ok',
  'joe''s hold is settled before the task has run')
from j;
select is(pg_temp.hold_of(hold_id), 'settled 60 60',
  'a late settlement takes no credits of an expired lot') from j;

-- A settlement at the moment of the hold's expiry is already late. The hold is released once.
select isnt(tests.give('noe', '100'), null, 'noe has 100');
select is(tests.outcome(pg_temp.settle(tests.hold('noe', '60', 60), '10', '60 s')) ->> 'code', 'ok',
  'a hold is settled at the moment of its expiry');
select is(tests.balance('noe', '60 s'), 'balance 90, held 0, available 90, debt 0',
  'a hold settled at its expiry reserves nothing');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
