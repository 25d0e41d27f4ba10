-- Trap T23: warnings a week and a day before credits expire.

begin;
\ir ../helpers/all_tests.psql
select plan(20);

create function pg_temp.expiring(p_passed interval) returns text[] language plpgsql as $$
begin
  perform farthing.notify_expiring_credits(tests.after(p_passed));
  return (select coalesce(array_agg(format('%s: %s within %s', split_part(u.email, '@', 1),
    n.data ->> 'credits', n.data ->> 'days') order by n.created_at, u.email), '{}')
    from farthing.notifications n join farthing.accounts a using (account_id)
      join auth.users u on u.id = a.owner_id
    where n.created_at = tests.after(p_passed));
end
$$;
select isnt(tests.give('eve', '10', '20 days', '1 day'), null, 'eve has 10 for a while')
from generate_series(1, 2);
select is(pg_temp.expiring('13 days' - interval '1 s'), '{}',
  'T23: no warning is queued more than a week before the expiry');
select is(pg_temp.expiring('13 days'), '{"eve: 20 within 7"}',
  'T23: a warning of all credits that expire is queued a week before');
select is(pg_temp.expiring('13 days 1 min'), '{}', 'T23: the warning is queued once');
select is((credits_debit(tests.person('eve'), '15', 'x', p_now => tests.after('18 days')) ->> 'status')::int,
  201, 'eve spends most of the credits');
select is(pg_temp.expiring('19 days' - interval '1 s'), '{}',
  'T23: no other warning is queued more than a day before the expiry');
select is(pg_temp.expiring('19 days'), '{"eve: 5 within 1"}',
  'T23: a warning of the rest is queued a day before');
select isnt(tests.give('fay', '7', '25 days', '22 days'), null, 'fay has 7 for three days');
select is(pg_temp.expiring('22 days'), '{}',
  'T23: credits granted for less than a week get no warning a week ahead');
select is(pg_temp.expiring('24 days'), '{"fay: 7 within 1"}',
  'T23: credits granted for less than a week get a warning a day ahead');
select isnt(tests.give('gus', '3', '26 days', '25 days 12:00'), null, 'gus has 3 for half a day');
select is(pg_temp.expiring('25 days 12:00'), '{"gus: 3 within 1"}',
  'T23: no credits expire without a warning');
select isnt(tests.give('hal', '3', '40 days', '26 days'), null, 'hal has 3');
select is((credits_debit(tests.person('hal'), '3', 'x', p_now => tests.after('27 days')) ->> 'status')::int,
  201,
  'hal spends all credits');
select is(pg_temp.expiring('39 days'), '{}', 'T23: spent credits get no warning');

-- Frozen credits get no warning, because the user can't spend them.
select isnt(tests.give('ida', '4', '60 days', '41 days'), null, 'ida has 4');
update farthing.lots set frozen = true where remaining = 4;
select is(pg_temp.expiring('59 days'), '{}', 'T23: frozen credits get no warning');
update farthing.lots set frozen = false where remaining = 4;
select is(pg_temp.expiring('59 days 1 min'), '{"ida: 4 within 1"}',
  'T23: credits that are no longer frozen get a warning');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
