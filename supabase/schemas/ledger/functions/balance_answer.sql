-- A balance in the form of the API: the current balance with every open lot, or the balance at a
-- past moment.

create function farthing.past_balance(p_account_id bigint, p_at timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object('balance', coalesce((
    select trim_scale(balance_after)::text from farthing.entries
    where account_id = p_account_id and seq = farthing.seq_at(p_account_id, p_at)), '0'),
    'as_of', p_at);
end
$$;
comment on function farthing.past_balance(bigint, timestamptz) is
  'Returns the balance of an account at a past moment: {balance, as_of}. A null account has 0 credits.';

create function farthing.balance_answer(p_account farthing.accounts, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'balance', trim_scale(coalesce(p_account.balance, 0))::text,
    'held', (select trim_scale(coalesce(sum(amount), 0))::text from farthing.holds
      where account_id = p_account.account_id and status = 'open' and expires_at > p_now),
    'available', trim_scale(coalesce(farthing.available(p_account, p_now), 0))::text,
    'debt', trim_scale(coalesce(p_account.debt, 0))::text,
    'lots', (select coalesce(jsonb_agg(jsonb_build_object('id', lot_id, 'source', source,
        'remaining', trim_scale(remaining)::text, 'expires_at', expires_at, 'frozen', frozen)
        order by /* burn-down */ priority, expires_at, source, created_at, lot_id), '[]')
      from farthing.lots where account_id = p_account.account_id and closed_at is null),
    'as_of', p_now);
end
$$;
comment on function farthing.balance_answer(farthing.accounts, timestamptz) is
  'Returns {balance, held, available, debt, lots in burn-down order, as_of}. A null account has 0 '
  'credits. Credits are text.';
