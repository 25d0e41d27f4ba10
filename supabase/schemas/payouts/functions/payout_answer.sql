-- A payout as operators read it.

create function farthing.payout_answer(p_payout farthing.payouts)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_run farthing.reconciliations;
  v_open bigint := (select count(*) from farthing.mismatches
    where payout_id = p_payout.payout_id and resolved_at is null);
begin
  select * into v_run from farthing.reconciliations where payout_id = p_payout.payout_id;
  return jsonb_build_object('payout_id', p_payout.payout_id, 'status', p_payout.status,
    'amount', p_payout.amount, 'currency', p_payout.currency, 'automatic', p_payout.automatic,
    'made_at', p_payout.made_at, 'arrives_at', p_payout.arrives_at, 'failure_code', p_payout.failure_code,
    'reconciliation', case when not p_payout.automatic then 'not_applicable'
      when v_open > 0 then 'mismatched' when v_run.reconciled_at is null then 'in_progress'
      else 'reconciled' end,
    'ours', v_run.ours, 'not_ours', v_run.not_ours, 'open_mismatches', v_open,
    'listed_at', v_run.listed_at, 'reconciled_at', v_run.reconciled_at);
end
$$;
comment on function farthing.payout_answer(farthing.payouts) is
  'Returns a payout with the progress of its comparison. ours and not_ours (how many of its '
  'transactions are ours, and how many are another app''s) are null before the first comparison; '
  'they stay null for a manual payout, because Stripe cannot list its transactions. Amounts are in '
  'minor units.';

create function farthing.lines_by_kind(p_payout_id text)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'count', k.count, 'amount', k.amount,
    'fee', k.fee, 'net', k.net) order by k.kind), '[]')
  from (select t.kind, count(*), sum(t.amount) as amount, sum(t.fee) as fee, sum(t.net) as net
    from farthing.balance_transactions t where t.payout_id = p_payout_id group by t.kind) k
$$;
comment on function farthing.lines_by_kind(text) is
  'Returns the sums of a payout''s lines by kind, in minor units of the payout''s currency.';
