-- The overdraft limit: the most debt that one settlement may add (rule 7). Its figures are the
-- policy's overdraft_factor and overdraft_floor (policy/tables.sql). A settlement beyond the limit
-- is refused, except for chats and jobs: ai/functions/settle_chats.sql and
-- jobs/functions/settle_steps.sql charge less instead.

create function farthing.overdraft_limit(p_account farthing.accounts, p_hold_id uuid)
returns numeric
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    -- With this bound, a debt never reaches 10^20, the limit of numeric(38, 18).
    select least(greatest(coalesce(h.amount, 0) * p.overdraft_factor, p.overdraft_floor),
      greatest(1e20 - 1 - p_account.debt, 0))
    from farthing.policy p
    left join farthing.holds h on h.account_id = p_account.account_id and h.hold_id = p_hold_id);
end
$$;
comment on function farthing.overdraft_limit is
  'Rule 7: returns the most debt that a settlement of this hold may add: a multiple of the hold''s '
  'amount, but at least the policy''s floor. Without a hold, the limit is the floor. Amounts are in '
  'credits.';

create function farthing.refuse_overdraft(
  p_account farthing.accounts, p_hold_id uuid, p_charge farthing.charge_result)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform farthing.fail('overdraft_exceeded', 'The hold was not settled, because the debt would exceed the '
    'overdraft limit. Settle a smaller amount, or wait until more credits are available.',
    jsonb_build_object(
    'required', trim_scale(p_charge.amount)::text, 'available', trim_scale(p_charge.available)::text,
    'overdraft_limit', trim_scale(farthing.overdraft_limit(p_account, p_hold_id))::text));
end
$$;
comment on function farthing.refuse_overdraft is
  'Fails with overdraft_exceeded. details has the required credits, the available credits (including '
  'those of the hold) and the overdraft limit.';
