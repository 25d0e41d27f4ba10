-- Entries: writing one entry, adding credits (a lot and its entry), and the form in which the API
-- returns an entry.

create function farthing.write_entry(p_entry farthing.entries, p_now timestamptz)
returns farthing.accounts
language plpgsql
set search_path = ''
as $$
declare
  v_account farthing.accounts;
begin
  update farthing.accounts
  set last_seq = last_seq + 1, last_entry_at = greatest(last_entry_at, p_now),
    balance = balance + case p_entry.direction when 'in' then p_entry.amount else -p_entry.amount end
  where account_id = p_entry.account_id
  returning * into v_account;
  p_entry.seq := v_account.last_seq;
  p_entry.event_at := coalesce(p_entry.event_at, p_now);
  p_entry.created_at := v_account.last_entry_at;
  p_entry.entry_id := gen_random_uuid();
  p_entry.transaction_id := coalesce(p_entry.transaction_id, gen_random_uuid());
  p_entry.correlation_id := coalesce(p_entry.correlation_id, farthing.trace_id());
  p_entry.balance_after := v_account.balance;
  insert into farthing.entries select p_entry.*;
  return v_account;
end
$$;
comment on function farthing.write_entry(farthing.entries, timestamptz) is
  'Writes one entry and changes its account''s balance by the entry''s amount. Sets the entry''s number, '
  'id, created_at and balance_after, and sets event_at, the transaction and the correlation id if they '
  'are null. Returns the account, which the caller has locked.';

create function farthing.receive(
  p_account_id bigint, p_source farthing.lot_source, p_amount numeric, p_kind farthing.entry_kind,
  p_counterparty farthing.system_account,
  p_lot farthing.lots, p_reference_type text, p_reference_id text, p_correlation_id text, p_metadata jsonb,
  p_author text, p_now timestamptz)
returns farthing.lots
language plpgsql
set search_path = ''
as $$
declare
  v_lot farthing.lots;
  v_entry farthing.entries;
begin
  -- 10^20 is the limit of numeric(38, 18).
  if (select balance >= 1e20 - p_amount from farthing.accounts where account_id = p_account_id) then
    perform farthing.fail('invalid_request',
      'The balance must stay below 10^20 credits. Send a smaller amount.', null, 'amount');
  end if;
  insert into farthing.lots (account_id, source, amount, remaining, price, priority, expires_at,
    order_id, created_at)
  values (p_account_id, p_source, p_amount, p_amount, coalesce(p_lot.price, 0), coalesce(p_lot.priority,
    100::smallint), p_lot.expires_at, p_lot.order_id, p_now)
  returning * into v_lot;
  v_entry.account_id := p_account_id;
  v_entry.lot_id := v_lot.lot_id;
  v_entry.counterparty := p_counterparty;
  v_entry.direction := 'in';
  v_entry.amount := p_amount;
  v_entry.kind := p_kind;
  v_entry.reference_type := p_reference_type;
  v_entry.reference_id := p_reference_id;
  v_entry.correlation_id := p_correlation_id;
  v_entry.metadata := p_metadata;
  v_entry.author := p_author;
  if (farthing.write_entry(v_entry, p_now)).debt > 0 then
    perform farthing.pay_debt(p_account_id, p_now);
    select * into v_lot from farthing.lots where account_id = p_account_id and lot_id = v_lot.lot_id;
  end if;
  return v_lot;
end
$$;
comment on function farthing.receive is
  'Adds credits: inserts a lot with the terms of p_lot, writes its entry, and pays debt. The caller has '
  'locked the account. Fails with invalid_request.';

create function farthing.entry_answer(p_entry farthing.entries, p_with_names boolean)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_entry.entry_id, 'seq', p_entry.seq, 'kind', p_entry.kind,
    'amount', trim_scale(case p_entry.direction when 'in' then p_entry.amount else -p_entry.amount end)::text,
    'balance_after', trim_scale(p_entry.balance_after)::text, 'transaction_id', p_entry.transaction_id,
    'lot_id', p_entry.lot_id, 'reference_type', p_entry.reference_type,
    'reference_id', p_entry.reference_id, 'correlation_id', p_entry.correlation_id,
    'author', case when p_with_names then p_entry.author else split_part(p_entry.author, ':', 1) end,
    'metadata', p_entry.metadata, 'event_at', p_entry.event_at, 'created_at', p_entry.created_at)
$$;
comment on function farthing.entry_answer(farthing.entries, boolean) is
  'Returns an entry in the API''s form. amount is signed. author is only the kind of author unless '
  'p_with_names is true. Credits are text.';
