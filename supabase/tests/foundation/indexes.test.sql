-- Makes the planner use each index that a list or a sum needs. All of these indexes are needed: no
-- other index has the same rows in the same order. In the other tests, the tables have so few rows
-- that the planner may choose a different index, depending on when autovacuum last counted the
-- rows. Without this file, the test run could report a needed index as unused.

begin;
\ir ../helpers/all_tests.psql
create temporary table orders (index, of_table, condition, columns) as values
  ('blocks_newest', 'blocks', 'true', 'created_at desc, block_id desc'),
  ('customer_reads_by_account', 'customer_reads', 'account_id in (1, 2)', 'account_id, read_nr desc'),
  ('customer_reads_by_user', 'customer_reads', 'user_id in (tests.person(''ann''), tests.person(''bob''))',
    'user_id, read_nr desc'),
  ('deferred_lots_left', 'deferred_lots', 'value <> 0', 'currency'),
  ('fraud_warnings_by_state', 'fraud_warnings', 'state in (''open'', ''cleared'')',
    'state, created_at desc, warning_id desc'),
  ('fraud_warnings_newest', 'fraud_warnings', 'true', 'created_at desc, warning_id desc'),
  ('fraud_warnings_of_account', 'fraud_warnings', 'account_id in (1, 2)',
    'account_id, created_at desc, warning_id desc'),
  ('grants_by_status', 'grants', 'status in (''pending'', ''declined'')',
    'status, created_at desc, grant_id desc'),
  ('grants_newest', 'grants', 'true', 'created_at desc, grant_id desc'),
  ('grants_of_account', 'grants', 'account_id in (1, 2)', 'account_id, created_at desc, grant_id desc'),
  ('holds_released', 'holds', 'released_by is not null', 'resolved_at'),
  ('inbox_by_state', 'inbox', 'state in (''dead'', ''failed'')', 'state, received_at, event_id'),
  ('inbox_newest', 'inbox', 'true', 'received_at desc, event_id desc'),
  ('mismatches_newest', 'mismatches', 'true', 'found_at desc, mismatch_id desc'),
  ('mismatches_of_account', 'mismatches', 'account_id in (1, 2)',
    'account_id, found_at desc, mismatch_id desc'),
  ('notifications_newest', 'notifications', 'true', 'created_at desc, notification_id desc'),
  ('notifications_of_account', 'notifications', 'account_id in (1, 2)',
    'account_id, created_at desc, notification_id desc'),
  ('payouts_newest', 'payouts', 'true', 'made_at desc, payout_id desc'),
  ('refunds_by_status', 'refunds', 'status in (''pending'', ''requested'')',
    'status, created_at desc, refund_id desc'),
  ('refunds_newest', 'refunds', 'true', 'created_at desc, refund_id desc'),
  ('refunds_of_account', 'refunds', 'account_id in (1, 2)', 'account_id, created_at desc, refund_id desc');
select plan(count(*)::int) from orders;

create function pg_temp.plan_of(p_query text) returns text language plpgsql as $$
declare
  v_line text;
  v_plan text := '';
begin
  for v_line in execute 'explain (costs off) ' || p_query loop
    v_plan := v_plan || v_line || e'\n';
  end loop;
  execute p_query; -- so that the index counts as used
  return v_plan;
end
$$;
set local enable_seqscan = off;
set local enable_sort = off;
set local enable_incremental_sort = off;
select matches(pg_temp.plan_of(format('select 1 from farthing.%I where %s order by %s', of_table, condition,
  columns)), format('Scan using %s on', index), index || ' has the order of its list')
from orders order by index;
select * from finish();
rollback;
