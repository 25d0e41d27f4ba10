-- Debits, balances (current and past), pages of entries, and the views that a browser reads through
-- the data API.

create function farthing_public.credits_debit(
  p_user_id uuid, p_amount text, p_reason text, p_reference_id text default null,
    p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null, p_once boolean default false,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_amount numeric := farthing.parse_amount(p_amount, 'amount');
  v_account farthing.accounts;
  v_result farthing.charge_result;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := farthing.lock_account(p_user_id, p_now);
  if p_once then
    perform farthing.require_reference(p_reference_id);
    v_answer := farthing.known_debit(v_account.account_id, p_reference_id, v_amount);
    if v_answer is not null then
      return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, v_answer, p_now);
    end if;
  end if;
  v_result := farthing.spend(v_account, row(v_amount, 'debit',
    case when p_reference_id is not null then 'caller' end,
    p_reference_id, coalesce(p_correlation_id, farthing.trace_id()), jsonb_object(array['reason', p_reason]),
    null, coalesce(p_author, 'sql:' || session_user))::farthing.charge, p_now);
  if not v_result.accepted then
    perform farthing.refuse_charge(v_account, v_amount, v_result.available, p_now);
  end if;
  if p_once then
    insert into farthing.used_references
    values (v_account.account_id, 'debit', p_reference_id, v_result.first_seq, v_result.last_seq);
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, jsonb_build_object(
    'transaction_id', v_result.transaction_id, 'amount', trim_scale(v_amount)::text,
    'balance_after', trim_scale(v_result.balance_after)::text, 'lots', v_result.lots), p_now);
end
$$;
grant execute on function farthing_public.credits_debit to service_role;
comment on function farthing_public.credits_debit is
  'Takes credits in burn-down order. Returns {status, replayed, data: {transaction_id, amount, '
  'balance_after, lots}}. If p_once is true, only one debit with this p_reference_id is ever made; '
  'a repeated call returns 200 with the first debit and duplicate: true. Fails with '
  'insufficient_credits, spend_cap_reached, reference_conflict, not_found, invalid_request.';

create function farthing_public.credits_balance(p_user_id uuid, p_at timestamptz default null,
  p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := farthing.account_to_read(p_user_id, p_author, 'GET /credits', p_now);
  v_account farthing.accounts;
begin
  select * into v_account from farthing.accounts where account_id = v_account_id;
  return case when p_at is null then farthing.balance_answer(v_account, p_now)
    else farthing.past_balance(v_account.account_id, p_at) end;
end
$$;
grant execute on function farthing_public.credits_balance to service_role;
comment on function farthing_public.credits_balance is
  'Returns the current {balance, held, available, debt, lots in burn-down order, as_of}. If p_at '
  'is given, returns the balance at that moment: {balance, as_of}. Credits are text. Fails with '
  'not_found.';

create function farthing_public.credits_entries(
  p_user_id uuid, p_kind text default null, p_from timestamptz default null, p_to timestamptz default null,
  p_before_seq bigint default null, p_limit int default 20, p_with_names boolean default false,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := farthing.account_to_read(p_user_id, p_author, 'GET /credits/entries', p_now);
  v_first bigint := 1;
  v_last bigint := coalesce(p_before_seq - 1, 9223372036854775807);
begin
  if p_from is not null then
    v_first := farthing.seq_at(v_account_id, p_from - interval '1 microsecond') + 1;
  end if;
  if p_to is not null then
    v_last := least(v_last, farthing.seq_at(v_account_id, p_to));
  end if;
  return farthing.page_of('entries', p_limit, array(
    select row(farthing.entry_answer(e, p_with_names), e.seq)::farthing.page_item
    from farthing.entries e
    where e.account_id = v_account_id and e.seq between v_first and v_last
      and (p_kind is null or e.kind::text = p_kind)
    order by e.seq desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.credits_entries to service_role;
comment on function farthing_public.credits_entries is
  'Returns a page of entries, newest first: {entries, next_before}. amount is signed: negative for '
  'debits. author is only the kind of author (owner, operator, key, stripe, task, sql) unless '
  'p_with_names is true, because users must not see an operator''s id. Credits are text. Fails '
  'with not_found.';

-- Views for the data API. They run with the caller's rights, so row level security decides what the
-- caller sees. Amounts are text, because JSON numbers would lose digits.
create view farthing_public.credits with (security_invoker = true) as
select trim_scale(a.balance)::text as balance, trim_scale(a.held)::text as held, trim_scale(a.debt)::text
  as debt
from farthing.accounts a;
create view farthing_public.credit_lots with (security_invoker = true) as
select l.lot_id as id, l.source, trim_scale(l.amount)::text as amount, trim_scale(l.remaining)::text
  as remaining,
  l.priority, l.expires_at, l.frozen, l.order_id, l.created_at
from farthing.lots l;
create view farthing_public.credit_entries with (security_invoker = true) as
select e.entry_id as id, e.seq, e.kind,
  trim_scale(case e.direction when 'in' then e.amount else -e.amount end)::text as amount,
  trim_scale(e.balance_after)::text as balance_after, e.transaction_id, e.lot_id, e.reference_type,
    e.reference_id, e.correlation_id, e.metadata, e.event_at, e.created_at
from farthing.entries e;

comment on view farthing_public.credits is 'The caller''s own balance, held and debt. Credits are text.';
comment on view farthing_public.credit_lots is 'The caller''s own lots. Credits are text.';
comment on view farthing_public.credit_entries is
  'The caller''s own entries; amount is signed. Credits are text.';

grant select on farthing_public.credits to authenticated;
grant select on farthing_public.credit_lots to authenticated;
grant select on farthing_public.credit_entries to authenticated;
