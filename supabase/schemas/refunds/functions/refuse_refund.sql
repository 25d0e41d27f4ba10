-- Refuses a refund if nothing was paid, if the amount is more than is refundable, or if nothing is
-- left to refund.

create function farthing.refuse_refund(p_payment farthing.payment, p_amount bigint)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_refundable bigint := case when p_payment.payment_id is null then 0 else farthing.refundable(p_payment)
    end;
  v_details jsonb := jsonb_build_object('refundable', v_refundable, 'currency', p_payment.currency);
begin
  -- If a promotion code took 100 % off an order, the buyer paid 0, so nothing can be refunded.
  if p_payment.payment_id is null or p_payment.amount = 0 then
    perform farthing.fail('refund_too_large', 'Nothing has been paid, so there is nothing to refund.',
      v_details, 'amount');
  end if;
  if v_refundable = 0 then
    perform farthing.fail('already_refunded',
      'Nothing is left to refund: all of this payment is refunded, being refunded or disputed.', v_details);
  end if;
  if p_amount > v_refundable then
    perform farthing.fail('refund_too_large', 'amount must be at most details.refundable.', v_details,
      'amount');
  end if;
end
$$;
comment on function farthing.refuse_refund(farthing.payment, bigint) is
  'Fails if p_amount (minor units) cannot be refunded: already_refunded if nothing is refundable any '
  'more, refund_too_large if nothing was paid or p_amount is above details.refundable.';
