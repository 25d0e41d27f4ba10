-- The log of reads: who read which customer's data, when and through which endpoint. Each RPC
-- function that returns a customer's data to operators calls record_customer_read() in the same
-- transaction, so no data is returned without a record of the read. Recording a read only inserts a
-- row, and the log has no foreign keys, so a read waits neither for another read nor for the task
-- that deletes old rows.

create function farthing.record_customer_read(
  p_account_id bigint, p_user_id uuid, p_author text, p_route text, p_now timestamptz,
  p_query text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
begin
  -- A back end reads balances and lists for its users on every page view. If these reads were
  -- recorded, each page view would be slower, and the reads by people would be hard to find among
  -- them. The endpoints under /customers (the search, and the data of one customer) are for support
  -- staff, so their reads are recorded even if the author is a secret key.
  if v_author = 'owner' or v_author like 'key:%' and p_route not like 'GET /customers%' then
    return;
  end if;
  -- If the user has an account, only the account's id is stored here, not the user id: the deletion
  -- of a user erases the user id from the account, but not from this log.
  insert into farthing.customer_reads (read_at, author, route, account_id, user_id, query, request_id,
    correlation_id)
  values (p_now, v_author, p_route, p_account_id, case when p_account_id is null then p_user_id end, p_query,
    left(farthing.request_header('x-request-id'), 64), farthing.trace_id());
end
$$;
comment on function farthing.record_customer_read(bigint, uuid, text, text, timestamptz, text) is
  'Records that an author read a customer''s data through an endpoint such as "GET /customers/{id}". '
  'An owner''s reads are not recorded; a secret key''s reads are recorded only on /customers. '
  'p_account_id is null if the user has no account.';

create function farthing.keep_customer_read()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.read_at > now() - interval '1 year' then
    raise exception 'DELETE on farthing.customer_reads is refused: a row is stored for a year.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
comment on function farthing.keep_customer_read() is
  'Trigger: refuses the deletion of a recorded read that is younger than a year, even by the '
  'table''s owner.';

create function farthing.delete_old_customer_reads(
  p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  select farthing.delete_older('customer_reads', 'read_nr', 'read_at', p_now - interval '1 year', p_limit)
$$;
comment on function farthing.delete_old_customer_reads(timestamptz, int) is
  'Deletes recorded reads of customers after a year, and returns their number.';
