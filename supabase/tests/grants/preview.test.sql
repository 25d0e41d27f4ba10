-- Dry runs of grants: they return the balance after the grant, say whether another operator must confirm it,
-- and change nothing.

begin;
\ir ../helpers/all_tests.psql
select plan(30);

select isnt(tests.person(name), null, name || ' signs up') from unnest(array['olga', 'pat', 'ann']) name;
update auth.users set raw_app_meta_data = '{"role": "operator"}'
where id in (tests.person('olga'), tests.person('pat'));

create function pg_temp.call(p_function text, p_amount text, p_more text) returns jsonb language plpgsql as $$
declare
  v_answer jsonb;
begin
  execute format('select %s(p_user_id => tests.person(%L), p_amount => %L, p_source => %L, p_author => %L, '
    'p_now => tests.after() %s)', p_function, 'ann', p_amount, 'adjustment',
    'operator:' || tests.person('olga'), p_more) into v_answer;
  return v_answer;
exception when sqlstate 'PGRST' then
  return jsonb_build_object('refused', sqlerrm::jsonb - 'message');
end
$$;
create function pg_temp.rows() returns text language sql as $$
  select concat_ws(' ', (select jsonb_agg(to_jsonb(a) order by a.account_id) from farthing.accounts a),
    (select jsonb_agg(to_jsonb(l) order by l.lot_id) from farthing.lots l),
    (select jsonb_agg(to_jsonb(g) order by g.grant_id) from farthing.grants g),
    (select count(*) from farthing.entries), (select count(*) from farthing.used_references),
    (select count(*) from farthing.audit), (select count(*) from farthing.debt_payments))
$$;
create function pg_temp.alike(p_amount text, p_more text, p_wanted text, p_name text) returns setof text
language plpgsql as $$
declare
  v_rows text := pg_temp.rows();
  v_dry_run jsonb := pg_temp.call('grants_preview', p_amount, p_more);
  v_real jsonb;
begin
  return next is(coalesce(v_dry_run #>> '{refused,code}', concat_ws(' ', v_dry_run ->> 'status',
    v_dry_run ->> 'ceiling', v_dry_run ->> 'balance_after', v_dry_run ->> 'duplicate')), p_wanted,
    p_name || ': the dry run');
  return next is(pg_temp.rows(), v_rows, p_name || ': the dry run changes nothing');
  v_real := pg_temp.call('credits_grant', p_amount, p_more);
  if v_real ->> 'status' = '202' then
    perform grants_decide((v_real #>> '{data,grant_id}')::uuid, true, p_author => 'operator:'
      || tests.person('pat'), p_now => tests.after());
  end if;
  return next is(coalesce(v_real -> 'refused', jsonb_build_object(
      'status', case v_real ->> 'status' when '202' then 'pending' else 'granted' end,
      'ceiling', v_real #> '{data,ceiling}', 'duplicate', v_real #> '{data,duplicate}',
      'balance_after', (select trim_scale(balance)::text from farthing.accounts
        where account_id = farthing.account_for(tests.person('ann'))))),
    coalesce(v_dry_run -> 'refused', jsonb_build_object('status', v_dry_run -> 'status',
      'ceiling', v_dry_run -> 'ceiling', 'duplicate', v_dry_run -> 'duplicate',
      'balance_after', v_dry_run -> 'balance_after')), p_name || ': the grant does what the dry run says');
end
$$;

select pg_temp.alike('10.000000000000000001', '', 'granted 10.000000000000000001', 'the first grant');
select pg_temp.alike('5', ', p_reference_id => ''r'', p_once => true', 'granted 15.000000000000000001',
  'once');
select pg_temp.alike('5', ', p_reference_id => ''r'', p_once => true', 'granted 15.000000000000000001 true',
  'a repeat');
select pg_temp.alike('6', ', p_reference_id => ''r'', p_once => true', 'reference_conflict',
  'another amount');
select pg_temp.alike('100001', '', 'pending grant 100016.000000000000000001', 'more than one grant may have');
select pg_temp.alike('0', '', 'invalid_request', 'no amount');
select pg_temp.alike('1', ', p_expires_at => tests.after()', 'invalid_request', 'a grant that has expired');
select farthing.set_policy('{"grant_ceiling_author_day": "100000"}', 'a test');
select pg_temp.alike('99990', '', 'pending author_day 200006.000000000000000001', 'more than a day may have');
select is(grants_preview(tests.person('ann'), '1', 'adjustment', p_author => 'key:x') ->> 'status', 'granted',
  'a secret key needs no confirmation');
select tests.fails_with(format('select grants_preview(%L, ''1'', ''adjustment'', p_author => %L)',
  tests.person('olga'), 'operator:' || tests.person('olga')), 'grant_not_allowed', null,
  'a dry run for oneself is refused');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
