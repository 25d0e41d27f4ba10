-- Functions that all subjects use: errors, amounts, lists, and the headers of the request.

create function farthing.fail(p_code text, p_message text, p_details jsonb default null,
  p_field text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- The statuses of docs/reference/api/errors.md for the codes that SQL raises; a test compares the two.
  v_status int := case p_code
    when 'invalid_request' then 400
    when 'mode_mismatch' then 400
    when 'insufficient_credits' then 402
    when 'spend_cap_reached' then 402
    when 'forbidden' then 403
    when 'grant_not_allowed' then 403
    when 'not_found' then 404
    when 'already_refunded' then 409
    when 'booking_not_cancellable' then 409
    when 'grant_not_pending' then 409
    when 'idempotency_in_progress' then 409
    when 'hold_not_open' then 409
    when 'job_not_cancellable' then 409
    when 'usage_conflict' then 409
    when 'reference_conflict' then 409
    when 'idempotency_key_reused' then 422
    when 'overdraft_exceeded' then 422
    when 'refund_too_large' then 422
    when 'unknown_model' then 422
    when 'unknown_package' then 422
    else 500
  end;
begin
  raise sqlstate 'PGRST' using
    message = jsonb_strip_nulls(jsonb_build_object(
      'code', p_code, 'message', p_message, 'details', p_details::text, 'hint', p_field))::text,
    detail = jsonb_build_object('status', v_status, 'headers', jsonb_build_object())::text;
end
$$;
comment on function farthing.fail(text, text, jsonb, text) is
  'The only way to refuse: raises SQLSTATE PGRST with {code, message, details, hint}; hint names the bad '
  'field.';

create function farthing.parse_amount(p_amount text, p_field text, p_zero_allowed boolean default false)
returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_amount is null or p_amount !~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$' then
    perform farthing.fail('invalid_request',
      'The amount must be a decimal string with at most 20 digits before and 18 after the point.', null,
      p_field);
  end if;
  if p_amount::numeric = 0 and not p_zero_allowed then
    perform farthing.fail('invalid_request', 'The amount must be greater than zero.', null, p_field);
  end if;
  return p_amount::numeric;
end
$$;
comment on function farthing.parse_amount(text, text, boolean) is
  'Text to credits: no sign, no exponent, no NaN, at most 18 decimals; fails invalid_request naming the '
  'field.';

create function farthing.json_argument(p_value jsonb)
returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  -- Some REST servers pass a json argument as one JSON string; both forms mean the same.
  return nullif(case jsonb_typeof(p_value) when 'string' then (p_value #>> '{}')::jsonb else p_value end,
    'null');
end
$$;
comment on function farthing.json_argument(jsonb) is
  'The value of a jsonb argument, which may arrive as JSON or as a string of JSON.';

create function farthing.items_to_read(p_limit int)
returns int
language plpgsql immutable
set search_path = ''
as $$
begin
  -- An empty page would end the list; 1000 rows is the data API's own bound (max_rows).
  if p_limit is null or p_limit not between 1 and 1000 then
    perform farthing.fail('invalid_request', 'limit must be between 1 and 1000.', null, 'limit');
  end if;
  return p_limit + 1;
end
$$;
comment on function farthing.items_to_read(int) is
  'The number of items to read for a page of p_limit: one more, which shows that another page follows. '
  'Fails invalid_request naming limit.';

create function farthing.page_of(p_name text, p_limit int, p_items farthing.page_item[])
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    p_name, (select coalesce(jsonb_agg(i.answer order by i.nr), '[]')
      from unnest(p_items[:p_limit]) with ordinality i (answer, cursor, nr)),
    'next_before', case when cardinality(p_items) > p_limit then (p_items[p_limit]).cursor end)
$$;
comment on function farthing.page_of(text, int, farthing.page_item[]) is
  'A page of a list: {p_name: the first p_limit items, next_before: the last one''s cursor}. The caller '
  'reads items_to_read(p_limit), in order; without another item, next_before is null.';

create function farthing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% on %.% is refused: the ledger is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end
$$;
comment on function farthing.refuse_change() is
  'Trigger of every append-only table: nobody changes a written row, not even the tables'' owner.';

-- The headers of the current request, for functions that get no correlation id as an argument. Why:
-- endpoints pass one, but an event grants a purchase, a dispute claws back, a top-up pays in, and these
-- have no argument for it. The data API puts the headers of each request into the setting request.headers,
-- and the pooled connection does the same for its one call; an entry without a correlation id takes the
-- trace from there. It is read only if none was given, so a debit pays nothing for it. No locks; no table
-- is read.

create function farthing.request_header(p_name text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_headers text := current_setting('request.headers', true);
begin
  -- Most work has no request: scheduled tasks, scripts.
  if coalesce(v_headers, '') = '' then
    return null;
  end if;
  return v_headers::jsonb ->> lower(p_name);
exception when data_exception or statement_too_complex then
  return null; -- a caller may set any text here; invalid JSON is ignored
end
$$;
comment on function farthing.request_header(text) is
  'A header, by name, of the request that this transaction serves; null if there is none or it cannot be '
  'read.';

create function farthing.trace_id()
returns text
language sql stable
set search_path = ''
as $$
  select nullif(substring(farthing.request_header('traceparent')
    from '^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)'), repeat('0', 32))
$$;
comment on function farthing.trace_id() is
  'The W3C trace, 32 hex digits, of the request that this transaction serves; null if there is none. '
  'Entries without a correlation id take it.';

create function farthing.set_policy(p_changes jsonb, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_columns text := farthing.listed(array(select jsonb_object_keys(p_changes)));
begin
  perform farthing.allow_change(p_author, p_reason);
  execute format('update farthing.policy set (%1$s) = (select %1$s from jsonb_populate_record(
    null::farthing.policy, $1)), updated_at = $2, updated_by = $3 where one_row', v_columns)
  using p_changes, p_now, coalesce(p_author, 'sql:' || session_user);
end
$$;
comment on function farthing.set_policy(jsonb, text, text, timestamptz) is
  'Changes the policy, at an SQL prompt, too: {column: value}. Reason and author are audited.';
