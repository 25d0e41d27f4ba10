-- The bounds of texts: the longest allowed text is accepted, and a text with one more character is refused.
-- Each bound is tested by its constraint alone, because a whole row would need valid values in all columns.

begin;
\ir ../helpers/all_tests.psql
select plan(140);

create temporary table bounds (owner text, name text, measure text, longest text);
insert into bounds values
  ('ai_logs', 'ai_logs_json_bounded', 'stored', 'structured 16384 usage 2048'),
  ('ai_logs', 'ai_logs_names_bounded', 'text', 'model 200 error_code 64 request_id 64 trace_id 64'),
  ('ai_logs', 'ai_logs_text_bounded', 'text', 'prompt 32768 response 32768'),
  ('alert_rules', 'alert_rules_runbooks', 'text', 'runbook 500'),
  ('audit', 'audit_bounded', 'text', 'author 300 reason 500 table_name 63'),
  ('blocks', 'blocks_text_bounded', 'text', 'reason 500 blocked_by 255'),
  ('booking_transfers', 'booking_transfers_text_bounded', 'text', 'stripe_id 255 failure_reason 1000'),
  ('bookings', 'bookings_text_bounded', 'text', 'client_temp_id 255 payment_intent_id 255 charge_id 255 '
    'fee_id 255'),
  ('card_removals', 'card_removals_text_bounded', 'text', 'payment_method_id 255 customer_id 255 '
    'last_error 1000'),
  ('card_uses', 'card_uses_bounded', 'text', 'charge_id 255'),
  ('chats', 'chats_text_bounded', 'text', 'model 200 correlation_id 255'),
  ('customer_reads', 'customer_reads_text_bounded', 'text', 'author 300 route 100 query 255 '
    'request_id 64 correlation_id 255'),
  ('customers', 'customers_text_bounded', 'text', 'customer_id 255 payment_method_id 255 card_brand 40'),
  ('deep_checks', 'deep_checks_figures_bounded', 'json', 'figures 2000'),
  ('deep_checks', 'deep_checks_text_bounded', 'text', 'code 60'),
  ('dispute_movements', 'dispute_movements_text_bounded', 'text', 'transaction_id 255'),
  ('disputes', 'disputes_text_bounded', 'text', 'dispute_id 255 reason 255 case_type 64 status 64'),
  ('features', 'features_text_bounded', 'text', 'changed_by 255'),
  ('fraud_warnings', 'fraud_warnings_text_bounded', 'text', 'warning_id 255 fraud_type 255 '
    'cleared_by 255 clear_reason 500'),
  ('grants', 'grants_reason_bounded', 'text', 'reason 500'),
  ('holds', 'holds_text_bounded', 'text', 'reason 500 correlation_id 255'),
  ('inbox', 'inbox_facts_bounded', 'stored', 'facts 16384'),
  ('inbox', 'inbox_text_bounded', 'text', 'event_id 255 type 255 last_error 1000'),
  ('incidents', 'incidents_text_bounded', 'text', 'subject 60 summary 500 runbook 500 '
    'acknowledged_by 255'),
  ('job_checkpoints', 'job_checkpoints_bounded', 'json', 'output 262144'),
  ('job_checkpoints', 'job_checkpoints_step_named', 'text', 'step 100'),
  ('job_pages', 'job_pages_bounded', 'text', 'content 1048576'),
  ('jobs', 'jobs_input_bounded', 'json', 'input 1048576'),
  ('jobs', 'jobs_rates_bounded', 'json', 'rates 1048576'),
  ('jobs', 'jobs_result_bounded', 'json', 'result 65536'),
  ('jobs', 'jobs_text_bounded', 'text', 'error_code 60 error_message 500 error_detail 2000 '
    'client_temp_id 255 correlation_id 255'),
  ('metrics', 'metrics_labelled', 'text', 'labels 300'),
  ('mismatches', 'mismatches_text_bounded', 'text', 'subject 255 payout_id 255 ours 255 theirs 255 '
    'resolved_by 300 resolve_reason 500'),
  ('notifications', 'notifications_data_bounded', 'stored', 'data 4096'),
  ('notifications', 'notifications_text_bounded', 'text',
    'subject 255 address 254 provider_id 255 sender 40'),
  ('orders', 'orders_text_bounded', 'text', 'success_url 2048 cancel_url 2048 client_temp_id 255 '
    'session_id 255 session_url 4096 payment_ref 255 invoice_id 255'),
  ('packages', 'packages_description_bounded', 'text', 'description 500'),
  ('packages', 'packages_name_bounded', 'text', 'name 80'),
  ('parked_items', 'parked_items_bounded', 'text', 'task 40 item_kind 20 item_id 255 error 20'),
  ('balance_transactions', 'balance_transactions_text_bounded', 'text', 'transaction_id 255 type 255 '
    'reporting_category 255 description 255 source_id 255 payment_id 255 charge_id 255 fee_id 255 '
    'transfer_id 255'),
  ('balance_lists', 'balance_lists_bounded', 'text', 'list_after 255'),
  ('payouts', 'payouts_text_bounded', 'text', 'payout_id 255 failure_code 255 status 64'),
  ('policy', 'policy_text_bounded', 'text', 'updated_by 255'),
  ('policy', 'policy_shop_text_bounded', 'text', 'shop_name 80 shop_logo_url 500 shop_address 300
    shop_support_email 254 shop_support_url 500 shop_url 500'),
  ('proof_runs', 'proof_runs_bounded', 'text', 'detail 500'),
  ('proof_violations', 'proof_violations_bounded', 'text', 'detail 1000'),
  ('providers', 'providers_text_bounded', 'text', 'email 320 stripe_account_id 255 disabled_reason 255'),
  ('rates', 'rates_model_bounded', 'text', 'model 200'),
  ('reconciliations', 'reconciliations_bounded', 'text', 'list_after 255'),
  ('refunds', 'refunds_text_bounded', 'text', 'stripe_refund_id 255 reason 500 requested_by 255 '
    'failure_reason 1000'),
  ('revenue_lines', 'revenue_lines_text_bounded', 'text', 'dispute_id 255 source_id 255'),
  ('stripe_faults', 'stripe_faults_text_bounded', 'text', 'subject 255 detail 1000'),
  ('task_failures', 'task_failures_bounded', 'text', 'task 40 error 20'),
  ('tasks', 'tasks_errors', 'text', 'last_error 20'),
  ('top_up_charges', 'top_up_charges_text_bounded', 'text', 'customer_id 255 last_error 1000 '
    'payment_method_id 255 payment_id 255 failure_code 255'),
  ('unknown_states', 'unknown_states_text_bounded', 'text', 'kind 64 state 64 subject 255');
create temporary view bound as
  select b.owner, b.name, b.measure, c[1] as field, c[2]::int as longest
  from bounds b cross join regexp_matches(b.longest, '(\w+) (\d+)', 'g') c;

-- Returns a value of this length, which is measured in characters of text, in characters of JSON, or in
-- bytes of stored JSON.
create function pg_temp.as_long_as(p_measure text, p_size int) returns text language sql as $$
  select case p_measure when 'text' then repeat('x', p_size)
    when 'json' then jsonb_build_object('a', repeat('x', p_size - 9))::text
    else jsonb_build_object('a', repeat('x', p_size + 9
      - pg_column_size(jsonb_build_object('a', 'xxxxxxxxx'))))::text end
$$;
create function pg_temp.is_kept(p_bound bound, p_size int) returns boolean language plpgsql as $$
declare
  v_field text := (select format('%s', atttypid::regtype) from pg_attribute
    where attrelid = format('farthing.%I', p_bound.owner)::regclass and attname = p_bound.field);
begin
  execute format('create temporary table one as select * from farthing.%I limit 0', p_bound.owner);
  execute (select format('alter table one add %s', pg_get_constraintdef(oid)) from pg_constraint
    where conname = p_bound.name and connamespace = 'farthing'::regnamespace);
  begin
    execute format('insert into one (%I) values ($1::%s)', p_bound.field, v_field)
    using pg_temp.as_long_as(p_bound.measure, p_size);
    drop table one;
    return true;
  exception when check_violation then
    drop table one;
    return false;
  end;
end
$$;

select is(array[pg_temp.is_kept(b, b.longest), pg_temp.is_kept(b, b.longest + 1)], array[true, false],
  format('%s.%s has at most %s: %s', b.owner, b.field, b.longest, b.measure))
from bound b;
select is_empty($$
  select conname, field[1] from pg_constraint cross join regexp_matches(pg_get_constraintdef(oid),
    '(?:length|pg_column_size)\(\(?(\w+)\)?(?:::text)?\) <= \d+', 'g') field
  where connamespace = 'farthing'::regnamespace and contype = 'c' and conrelid <> 0
    and conname <> 'refunds_states' -- this check bounds Stripe's states, which are no free texts
  except select name, field from bound
$$, 'every bound on a length is tested');

select * from finish();
rollback;
