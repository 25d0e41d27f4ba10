-- A flag for a percentage of the users is on for the same users in SQL and in the Edge Functions.

begin;
\ir ../helpers/all_tests.psql
select plan(5);

select isnt(tests.give('ann', '1'), null, 'ann has an account');
create function pg_temp.reaches(p_percentage numeric) returns boolean language plpgsql as $$
declare
  v_account farthing.accounts;
begin
  update farthing.features set state = 'percentage', percentage = p_percentage where name = 'b2c';
  select * into v_account from farthing.accounts where owner_id = tests.person('ann');
  return farthing.may_top_up(v_account);
end
$$;
-- percent is Ann's bucket as a percentage. The flag is on for Ann at each higher percentage.
create temporary table place as
  select farthing.feature_bucket('b2c', tests.person('ann')) / 100.0 as percent;
select is(percent between 0 and 99.99, true, 'ann has a bucket') from place;
select is(pg_temp.reaches(percent), false,
  'a flag for the buckets below ann''s does not reach her') from place;
select is(pg_temp.reaches(percent + 0.01), true, 'a flag for one more bucket reaches ann') from place;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
