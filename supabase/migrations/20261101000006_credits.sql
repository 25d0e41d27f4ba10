-- Debits, and references that move credits once. Grants are in 83_grants.
-- Why a table of references: an idempotency key is forgotten after a day, and what a shop calls an invoice or
-- a welcome bonus is meant once for ever. Only callers who ask for it pay for it: no index on the entries.

create table farthing.used_references (
  account_id bigint not null,
  movement text not null,
  reference_id varchar(200) not null,
  first_seq bigint not null,
  last_seq bigint not null,
  primary key (account_id, movement, reference_id),
  constraint used_references_movements check (movement in ('grant', 'debit'))
);
comment on table farthing.used_references is
  'Append-only. References that a caller said to be used once, for ever, by account and movement. What moved '
  'stands in the entries first_seq to last_seq.';
create trigger used_references_are_append_only before update or delete on farthing.used_references
  for each row execute function farthing.refuse_change();
create trigger used_references_are_not_truncated before truncate on farthing.used_references
  for each statement execute function farthing.refuse_change();
alter table farthing.used_references enable row level security;
create policy used_references_none on farthing.used_references for select to authenticated using (false);

create function farthing.require_reference(p_reference_id text)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if coalesce(length(p_reference_id), 0) not between 1 and 200 then
    perform farthing.fail('invalid_request',
      'A movement that is made once has a reference_id of 1 to 200 characters.', null, 'reference_id');
  end if;
end
$$;
comment on function farthing.require_reference(text) is
  'Refuses a movement that is to be made once and names no reference.';

create function farthing.refuse_reference(p_differs text[])
returns void
language plpgsql stable -- not immutable: the planner would call it, and fail, ahead of the statement
set search_path = ''
as $$
begin
  if p_differs <> '{}' then
    perform farthing.fail('reference_conflict',
      'This reference_id was used with other contents. Send another one, or the same contents.',
      jsonb_build_object('differs', p_differs), 'reference_id');
  end if;
end
$$;
comment on function farthing.refuse_reference(text[]) is
  'Fails reference_conflict where a known reference comes with other contents; details name the fields.';

create function farthing.known_debit(p_account_id bigint, p_reference_id text, p_amount numeric)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_known jsonb := (select jsonb_build_object(
    'transaction_id', min(e.transaction_id::text), 'amount', trim_scale(sum(e.amount))::text,
    'balance_after', trim_scale((array_agg(e.balance_after order by e.seq desc))[1])::text,
    'lots', jsonb_agg(jsonb_build_object('id', e.lot_id, 'source', l.source, 'amount',
      trim_scale(e.amount)::text) order by e.seq), 'duplicate', true)
    from farthing.used_references r
    join farthing.entries e on e.account_id = r.account_id and e.seq between r.first_seq and r.last_seq
    join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
    where r.account_id = p_account_id and r.movement = 'debit' and r.reference_id = p_reference_id
    having count(*) > 0);
begin
  if (v_known ->> 'amount')::numeric <> p_amount then
    perform farthing.refuse_reference('{amount}');
  end if;
  return v_known;
end
$$;
comment on function farthing.known_debit is
  'What a debit that is made once took when it was made, as its answer; null where it was not. Fails '
  'reference_conflict.';

create function public.credits_debit(
  p_user_id uuid, p_amount text, p_reason text, p_reference_id text default null,
    p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null, p_once boolean default false,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
    p_reference_id, coalesce(p_correlation_id, farthing.trace_id()), jsonb_build_object('reason', p_reason),
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
grant execute on function public.credits_debit to service_role;
comment on function public.credits_debit is
  'Takes credits in burn-down order. Returns {status, replayed, data: {transaction_id, amount, '
  'balance_after, lots}}. p_once: p_reference_id takes credits once for ever; a repeat is 200 with what it '
  'took and duplicate: true. Fails insufficient_credits, reference_conflict, not_found, invalid_request.';
