-- spend() has a shortcut for one charge. In every case it has the same result as spend_batch() with one
-- charge.

begin;
\ir ../helpers/all_tests.psql
select plan(12);

select isnt(tests.give('ann', '50', '1 hour'), null, 'ann has 50 for an hour');
select isnt(tests.give('ann', '50'), null, 'ann has 50 for ever');
select isnt(tests.hold('ann', '10', 600), null, 'a hold reserves 10 of ann''s credits');
select isnt(tests.give('bob', '10'), null, 'bob has 10');
select is(holds_settle(tests.hold('bob', '10'), '30', p_now => tests.after()) #>> '{data,shortfall}', '20',
  'bob owes 20');

-- Returns the answer and the effects of a charge, without random values. All changes are rolled back.
create function pg_temp.charged(p_person text, p_amount numeric, p_way text, p_passed interval) returns text
language plpgsql as $$
declare
  v_account farthing.accounts := farthing.lock_account(tests.person(p_person), tests.after(p_passed));
  v_charge farthing.charge := row(p_amount, 'debit', 'caller', 'r', 'c', '{"reason": "x"}', null,
    'owner');
  v_result farthing.charge_result;
  v_left text;
begin
  v_result := case p_way when 'one' then farthing.spend(v_account, v_charge, tests.after(p_passed))
    else (farthing.spend_batch(v_account, array[v_charge], null, tests.after(p_passed)))[1] end;
  select jsonb_build_array(v_result.accepted, v_result.transaction_id is null, v_result.amount,
    v_result.first_seq, v_result.last_seq, v_result.balance_after, v_result.shortfall, v_result.lots,
    case when not v_result.accepted then v_result.available end,
    (select to_jsonb(a) from farthing.accounts a where a.account_id = v_account.account_id),
    (select jsonb_agg(to_jsonb(l) order by l.lot_id) from farthing.lots l
      where l.account_id = v_account.account_id),
    (select jsonb_agg(to_jsonb(e) - 'entry_id' - 'transaction_id' order by e.seq) from farthing.entries e
      where e.account_id = v_account.account_id),
    (select count(*) from farthing.prove())) into v_left;
  raise exception using errcode = 'UNDO1', message = v_left;
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.charged(person, amount, 'one', passed), pg_temp.charged(person, amount, 'many', passed),
  name)
from (values
  ('ann', 0.000000000000000001, interval '1 s', 'a part of the first lot'),
  ('ann', 40, '1 s', 'all that the hold leaves of the first lot'),
  ('ann', 41, '1 s', 'more than the first lot has'),
  ('ann', 91, '1 s', 'more than there is'),
  ('ann', 50, '2 hours', 'all of the lot that has not expired'),
  ('bob', 1, '1 s', 'a charge of a user with debt')
) c (person, amount, passed, name);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
