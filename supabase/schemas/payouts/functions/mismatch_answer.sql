-- A mismatch as operators read it: the payout's line, our record, and the difference in minor units.

create function farthing.amount_in(p_record text, out amount bigint, out currency text)
language sql immutable
set search_path = ''
as $$
  select m[1]::bigint, m[2] from regexp_match(p_record, '^(-?[0-9]{1,18}) ([a-z]{3})( |$)') m
$$;
comment on function farthing.amount_in(text) is
  'Returns the amount and the currency from the beginning of a mismatch''s `ours` or `theirs`; nulls if '
  'the text does not begin with both.';

create function farthing.line_of(p_mismatch farthing.mismatches)
returns farthing.balance_transactions
language sql stable
set search_path = ''
as $$
  -- A refund and the return of a failed refund are two lines with the same subject. The line that
  -- the mismatch recorded as `theirs` is preferred.
  select t from farthing.balance_transactions t
  where t.payout_id = p_mismatch.payout_id and coalesce(t.source_id, t.transaction_id) = p_mismatch.subject
    and replace(t.kind, 'fee_refund', 'fee') = split_part(p_mismatch.kind, '_', 1)
  order by left(concat_ws(' ', t.source_amount, t.source_currency, t.type), 255) = p_mismatch.theirs desc,
    t.occurred_at, t.transaction_id limit 1
$$;
comment on function farthing.line_of(farthing.mismatches) is
  'Returns the payout''s line that a mismatch is about; null if the mismatch is about a whole payout or '
  'about a payment that no payout contains.';

create function farthing.record_of(p_mismatch farthing.mismatches, p_line farthing.balance_transactions,
  out account_id bigint, out order_id uuid, out booking_id uuid, out refund_id uuid, out dispute_id text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_payment_id text := case p_mismatch.kind when 'never_paid_out' then p_mismatch.subject
    else p_line.payment_id end;
begin
  select r.account_id, r.order_id, r.booking_id, r.refund_id into account_id, order_id, booking_id, refund_id
  from farthing.refunds r
  where p_line.kind = 'refund' and (r.stripe_refund_id = p_line.source_id or r.refund_id = p_line.our_id)
  order by (r.stripe_refund_id = p_line.source_id) desc nulls last limit 1;
  if account_id is null then
    select d.account_id, d.order_id, d.booking_id, d.dispute_id into account_id, order_id, booking_id,
      dispute_id
    from farthing.disputes d where p_line.kind = 'dispute' and d.dispute_id = p_line.source_id;
  end if;
  if account_id is null then
    select o.account_id, o.order_id into account_id, order_id from farthing.orders o
    where o.payment_ref = v_payment_id or o.order_id = p_line.our_id
    order by (o.payment_ref = v_payment_id) desc nulls last limit 1;
  end if;
  if account_id is null then
    select b.account_id, b.booking_id into account_id, booking_id from farthing.bookings b
    where b.payment_intent_id = v_payment_id or b.booking_id = p_line.our_id or b.fee_id = p_line.fee_id
      or b.charge_id = p_line.charge_id
    order by (b.payment_intent_id = v_payment_id) desc nulls last limit 1;
  end if;
end
$$;
comment on function farthing.record_of(farthing.mismatches, farthing.balance_transactions) is
  'Returns our record of a mismatch: the order or the booking, and the refund or dispute if the line is '
  'about one. All are null if we have no record.';

create function farthing.name_mismatch_account()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_record record := farthing.record_of(new, farthing.line_of(new));
begin
  new.account_id := coalesce(v_record.account_id, new.account_id);
  return new;
end
$$;
comment on function farthing.name_mismatch_account() is
  'Trigger: stores the account of our record, so that the mismatches of a user are found by an index. '
  'Our record may arrive after the mismatch, so each comparison that finds the mismatch again stores '
  'the account again.';

create function farthing.mismatch_answer(p_mismatch farthing.mismatches)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_line farthing.balance_transactions := farthing.line_of(p_mismatch);
  v_record record := farthing.record_of(p_mismatch, v_line);
  v_ours record := farthing.amount_in(p_mismatch.ours);
  v_theirs record := farthing.amount_in(p_mismatch.theirs);
begin
  return jsonb_build_object('mismatch_id', p_mismatch.mismatch_id, 'kind', p_mismatch.kind,
    'state', case when p_mismatch.resolved_at is null then 'open' else 'resolved' end,
    'subject', p_mismatch.subject, 'payout_id', p_mismatch.payout_id,
    'transaction_id', v_line.transaction_id, 'order_id', v_record.order_id,
    'booking_id', v_record.booking_id, 'refund_id', v_record.refund_id, 'dispute_id', v_record.dispute_id,
    'user_id', farthing.owner_of(v_record.account_id), 'ours', p_mismatch.ours, 'theirs', p_mismatch.theirs,
    'ours_amount', v_ours.amount, 'theirs_amount', v_theirs.amount,
    'currency', case when v_ours.currency is null or v_theirs.currency is null
      or v_ours.currency = v_theirs.currency then coalesce(v_ours.currency, v_theirs.currency) end,
    'difference', case when v_ours.currency = v_theirs.currency then v_theirs.amount - v_ours.amount end,
    'found_at', p_mismatch.found_at, 'seen_at', p_mismatch.seen_at, 'resolved_at', p_mismatch.resolved_at,
    'resolved_by', p_mismatch.resolved_by, 'reason', p_mismatch.resolve_reason);
end
$$;
comment on function farthing.mismatch_answer(farthing.mismatches) is
  'Returns a mismatch in the form of the API''s contract. difference: Stripe''s amount less ours '
  'in minor units, if both are in the same currency.';

create function farthing.newest_mismatches(p_limit int)
returns text
language sql stable
set search_path = ''
as $$
  select string_agg(concat_ws(', ', format('%s of %s', a ->> 'kind', a ->> 'subject'),
    'order ' || (a ->> 'order_id'), 'booking ' || (a ->> 'booking_id'),
    case when a ->> 'difference' is not null then format('difference %s %s', a ->> 'difference',
      a ->> 'currency') else nullif(concat_ws(' ', coalesce(a ->> 'theirs_amount', a ->> 'ours_amount'),
      a ->> 'currency'), '') end), '; ' order by n.found_at desc, n.mismatch_id desc)
  from (select m.* from farthing.mismatches m where m.resolved_at is null
    order by m.found_at desc, m.mismatch_id desc limit p_limit) n
  cross join lateral farthing.mismatch_answer(n) a
$$;
comment on function farthing.newest_mismatches(int) is
  'Returns the newest open mismatches as one line of text for the alert. For each mismatch, the '
  'text has the kind, Stripe''s id, our order or booking, and the difference in minor units, or '
  'the amount if the difference is unknown. Null if no mismatch is open.';
