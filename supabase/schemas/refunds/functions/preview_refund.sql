-- The dry run of a refund. It calls the functions that a real refund calls, including the one that
-- applies Stripe's event, and then undoes everything. So the dry run and the real refund cannot
-- have different figures.

create function farthing.preview_refund(
  p_order_id uuid, p_booking_id uuid, p_amount text, p_reason text, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
  v_payment_id text;
  v_refundable bigint;
begin
  begin
    v_refund := farthing.request_refund(p_order_id, p_booking_id, p_amount, p_reason, p_author, null, null,
      p_now);
    v_payment_id := farthing.refund_to_send(v_refund) ->> 'payment_id';
    perform farthing.allow_change(p_author, 'a dry run');
    perform farthing.apply_refund_event(jsonb_build_object('payment_id', v_payment_id,
      'refund_id', v_refund.refund_id, 'stripe_refund_id', 'dry_run_' || v_refund.refund_id,
      'amount', v_refund.amount, 'currency', v_refund.currency, 'status', 'succeeded', 'author', p_author),
      p_now);
    select * into v_refund from farthing.refunds
    where account_id = v_refund.account_id and refund_id = v_refund.refund_id;
    v_refundable := farthing.refundable(farthing.find_payment(v_payment_id));
    raise exception using errcode = 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  perform farthing.note_account_read(v_refund.account_id, p_author, 'POST /refunds', p_now);
  return jsonb_build_object('dry_run', true, 'order_id', v_refund.order_id,
    'booking_id', v_refund.booking_id, 'amount', v_refund.amount, 'currency', v_refund.currency,
    'refundable_after', v_refundable,
    'credits_taken_back', trim_scale(v_refund.credits_clawed_back)::text,
    'debt_added', trim_scale(v_refund.debt_added)::text);
end
$$;
comment on function farthing.preview_refund is
  'Returns what a refund would change, in the API''s form: amounts in minor units, credits as '
  'text. Changes nothing, except that the read of the buyer''s data is recorded. Fails as '
  'request_refund() does.';
