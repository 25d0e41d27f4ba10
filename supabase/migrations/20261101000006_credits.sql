-- The credits door: grants and debits.

create function public.credits_grant(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz default null,
    p_priority int default null, p_reason text default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default 'sql:' || session_user, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_amount numeric := farthing.parse_amount(p_amount, 'amount');
  v_account farthing.accounts;
  v_terms farthing.lots;
  v_lot farthing.lots;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if p_source is null or p_source not in ('promotional', 'adjustment') then
    perform farthing.fail('invalid_request', 'A grant is promotional or adjustment.', null, 'source');
  end if;
  if p_expires_at <= p_now or p_expires_at = 'infinity' then
    perform farthing.fail('invalid_request', 'A grant expires in the future or never.', null, 'expires_at');
  end if;
  if p_priority not between 0 and 1000 then
    perform farthing.fail('invalid_request', 'A priority is a number from 0 (spent first) to 1000.', null,
      'priority');
  end if;
  v_account := farthing.lock_account(p_user_id, p_now);
  v_terms.expires_at := p_expires_at;
  v_terms.priority := p_priority;
  v_lot := farthing.receive(v_account.account_id, p_source::farthing.lot_source, v_amount,
    case p_source when 'promotional' then 'promotion' else 'adjustment' end::farthing.entry_kind,
    case p_source when 'promotional' then 'promotions' else 'adjustments' end::farthing.system_account,
    v_terms, 'grant', null, p_correlation_id, jsonb_build_object('reason', p_reason), p_author,
    p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, jsonb_build_object(
    'id', v_lot.lot_id, 'user_id', p_user_id, 'source', v_lot.source, 'amount',
      trim_scale(v_lot.amount)::text,
    'remaining', trim_scale(v_lot.remaining)::text, 'priority', v_lot.priority, 'expires_at',
      v_lot.expires_at, 'created_at', v_lot.created_at), p_now);
end
$$;
grant execute on function public.credits_grant to service_role;
comment on function public.credits_grant is
  'Operator grant of a promotional or adjustment lot. Returns {status, replayed, data: lot}. Amounts in '
  'credits, as text.';

create function public.credits_debit(
  p_user_id uuid, p_amount text, p_reason text, p_reference_id text default null,
    p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default 'sql:' || session_user, p_now timestamptz default now())
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
  v_result := farthing.spend(v_account, row(v_amount, 'debit',
    case when p_reference_id is not null then 'caller' end,
    p_reference_id, coalesce(p_correlation_id, farthing.trace_id()), jsonb_build_object('reason', p_reason),
    null, p_author)::farthing.charge, p_now);
  if not v_result.accepted then
    perform farthing.refuse_charge(v_account, v_amount, v_result.available, p_now);
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, jsonb_build_object(
    'transaction_id', v_result.transaction_id, 'amount', trim_scale(v_amount)::text,
    'balance_after', trim_scale(v_result.balance_after)::text, 'lots', v_result.lots), p_now);
end
$$;
grant execute on function public.credits_debit to service_role;
comment on function public.credits_debit is
  'Takes credits in burn-down order. Returns {status, replayed, data: {transaction_id, amount, '
  'balance_after, lots}}. Fails insufficient_credits, not_found, invalid_request.';
