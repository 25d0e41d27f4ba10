-- The part of a payment that can still be refunded.

create function farthing.refundable(p_payment farthing.payment)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_refunds record;
begin
  select coalesce(sum(amount), 0) as aside,
    coalesce(sum(amount) filter (where farthing.is_live_refund(status)), 0) as made into v_refunds
  from farthing.refunds
  where account_id = p_payment.account_id and status not in ('failed', 'canceled')
    and (order_id = p_payment.order_id or booking_id = p_payment.booking_id);
  -- Money that a bank claims or has withdrawn cannot be refunded either.
  return (select greatest(0, p_payment.amount - v_refunds.aside - d.disputed)::bigint
    from farthing.disputed_of(p_payment, v_refunds.made) d);
end
$$;
comment on function farthing.refundable(farthing.payment) is
  'Returns the part of a payment that can still be refunded: its amount less all refunds, including '
  'those in progress, and less disputes. Amounts are in minor units.';
