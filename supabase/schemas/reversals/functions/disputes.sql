-- Disputes: the money that banks have withdrawn from a payment, or may still withdraw. The
-- withdrawn money, and not the dispute's state, decides how many credits are clawed back. The
-- reasons: Stripe's states change (appeals, `prevented`, future states), and `prevented` does not
-- say whether the buyer got the money. Money that was withdrawn and not reinstated counts as
-- returned; the state only says whether more may be withdrawn:
-- docs/decisions/refunds-and-disputes.md. order_after_reversals.sql then updates the order's state,
-- the freeze of its lots, and its credits.

create function farthing.is_open_dispute(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'won', 'lost',
    'prevented')
$$;
comment on function farthing.is_open_dispute(text) is
  'Returns whether a dispute or its appeal still waits for the bank''s decision; true in every '
  'unknown state. An inquiry (`warning_…`) is not open.';

create function farthing.withdrawn_of(
  p_dispute farthing.disputes, p_claimed bigint, p_currency text)
returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  -- If all movements are in the payment's own currency, their sum is exact. Movements in a different
  -- currency are converted, each by its own rate, because money that is won back months later
  -- returns at a different rate. Rates are rounded, so the share of the claim that is still
  -- withdrawn is rounded to a hundredth.
  return (select greatest(0, case when bool_and(m.currency = p_currency) then -sum(m.amount)
      else round(p_claimed * least(1, coalesce(round(-sum(m.amount / coalesce(m.exchange_rate, 1))
        / max(-m.amount / coalesce(m.exchange_rate, 1)) filter (where m.amount < 0), 2), 0))) end)
    from farthing.dispute_movements m
    where m.account_id = p_dispute.account_id and m.dispute_id = p_dispute.dispute_id);
end
$$;
comment on function farthing.withdrawn_of(farthing.disputes, bigint, text) is
  'Returns the part of a payment that a dispute has withdrawn and not reinstated, in minor units '
  'of the payment''s currency, never below zero. p_claimed: the disputed amount in that currency.';

create function farthing.disputed_of(p_payment farthing.payment, p_refunded numeric)
returns farthing.disputed
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select row(coalesce(sum(case when f.is_open then greatest(f.claimed, f.withdrawn) else f.withdrawn end),
      0), coalesce(sum(f.withdrawn), 0), coalesce(bool_or(f.is_open), false))::farthing.disputed
    from (select s.claimed, s.withdrawn, farthing.is_open_dispute(s.status)
        -- `prevented` means that the buyer gets the money either by the dispute or by a refund.
        -- Until the money has arrived in full, more may be withdrawn.
        or s.status = 'prevented' and s.withdrawn + p_refunded < least(s.claimed, p_payment.amount) as is_open
      from (select d.status, c.claimed, farthing.withdrawn_of(d, c.claimed, p_payment.currency) as withdrawn
        from farthing.disputes d
        -- A dispute that is not in the payment's currency does not show which share of the payment
        -- it claims, so it counts as a dispute of the whole payment.
        cross join lateral (select case d.currency when p_payment.currency then d.amount
          else p_payment.amount end as claimed) c
        where d.account_id = p_payment.account_id
          and (d.order_id = p_payment.order_id or d.booking_id = p_payment.booking_id)) s) f);
end
$$;
comment on function farthing.disputed_of(farthing.payment, numeric) is
  'Returns the part of a payment that banks have claimed or taken (disputed), the part that they '
  'have withdrawn and not reinstated, and whether they may withdraw more. p_refunded: the refunded '
  'part of the payment. Amounts are in minor units.';
