-- Stripe's events about disputes. Events arrive in any order, and the latest one decides a dispute's
-- state.

create function farthing.dispute_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  select case p_status when 'warning_needs_response' then 1 when 'warning_under_review' then 2
    when 'warning_closed' then 3 when 'needs_response' then 4 when 'under_review' then 5
    when 'won' then 7 when 'lost' then 7 when 'prevented' then 7
    when 'appeal_needs_response' then 8 when 'appeal_under_review' then 9 else 6 end
$$;
comment on function farthing.dispute_rank(text) is
  'Returns the rank of a dispute''s state; an unknown state has rank 6. The rank decides only '
  'between two events of the same second with equally many movements. It never overrules a later '
  'event, because a lost dispute may be appealed and won.';

create function farthing.note_movements(p_account_id bigint, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Each movement is stored once, by its id, so the order of the events does not matter.
  insert into farthing.dispute_movements (account_id, transaction_id, dispute_id, amount, fee, currency,
    exchange_rate, created_at)
  select p_account_id, m.id, p_facts ->> 'dispute_id', m.amount, m.fee, m.currency,
    nullif(m.exchange_rate, 0), p_now
  from jsonb_to_recordset(coalesce(nullif(p_facts -> 'movements', 'null'), '[]'))
    m (id text, amount bigint, fee bigint, currency text, exchange_rate numeric)
  on conflict (account_id, transaction_id) do nothing;
end
$$;
comment on function farthing.note_movements(bigint, jsonb, timestamptz) is
  'Stores the balance transactions that an event lists for its dispute.';

create function farthing.apply_dispute_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := farthing.find_payment(p_facts ->> 'payment_id');
  v_status text := p_facts ->> 'status';
  v_dispute farthing.disputes;
  -- The account is locked, so the difference between this value and the value after net_payment()
  -- is the effect of this event alone.
  v_before numeric := (select credits_clawed_back from farthing.orders
    where account_id = v_payment.account_id and order_id = v_payment.order_id);
begin
  if v_payment.account_id is null then
    return 'deferred';
  end if;
  if farthing.dispute_rank(v_status) = 6 then
    perform farthing.note_unknown_state('dispute', v_status, p_facts ->> 'dispute_id', p_now);
  end if;
  insert into farthing.disputes as d (account_id, dispute_id, order_id, booking_id, amount, currency, status,
    reason, case_type, status_at, movements, evidence_due_by, created_at, updated_at)
  values (v_payment.account_id, p_facts ->> 'dispute_id', v_payment.order_id, v_payment.booking_id,
    (p_facts ->> 'amount')::bigint, p_facts ->> 'currency', left(v_status, 64), p_facts ->> 'reason',
    left(p_facts ->> 'case_type', 64), (p_facts ->> 'occurred_at')::timestamptz,
    jsonb_array_length(coalesce(nullif(p_facts -> 'movements', 'null'), '[]')),
    to_timestamp((p_facts ->> 'evidence_due_by')::bigint), p_now, p_now)
  on conflict (account_id, dispute_id) do update
  set amount = excluded.amount, currency = excluded.currency, status = excluded.status,
    reason = excluded.reason, case_type = excluded.case_type, status_at = excluded.status_at,
    movements = excluded.movements, evidence_due_by = excluded.evidence_due_by, updated_at = p_now
  -- The later event decides. Of two events of the same second, the event with more movements
  -- decides. If the numbers of movements are equal, the event whose state has the higher rank
  -- decides.
  where (d.status_at, d.movements, farthing.dispute_rank(d.status))
      < (excluded.status_at, excluded.movements, farthing.dispute_rank(excluded.status))
    and (d.order_id, d.booking_id) is not distinct from (excluded.order_id, excluded.booking_id);
  select * into v_dispute from farthing.disputes
  where account_id = v_payment.account_id and dispute_id = p_facts ->> 'dispute_id';
  if (v_dispute.order_id, v_dispute.booking_id) is distinct from (v_payment.order_id, v_payment.booking_id)
  then
    raise exception 'dispute % was recorded for another payment', v_dispute.dispute_id;
  end if;
  perform farthing.note_movements(v_payment.account_id, p_facts, p_now);
  perform farthing.net_payment(v_payment, jsonb_build_object('dispute_id', v_dispute.dispute_id),
    p_facts ->> 'author', p_now);
  update farthing.disputes d
  set credits_clawed_back = d.credits_clawed_back + o.credits_clawed_back - v_before
  from farthing.orders o
  where d.account_id = v_payment.account_id and d.dispute_id = v_dispute.dispute_id
    and o.account_id = d.account_id and o.order_id = d.order_id and o.credits_clawed_back <> v_before;
  return 'processed';
end
$$;
comment on function farthing.apply_dispute_event is
  'Applies an event of a dispute (opened, updated, decided, or money moved): freezes, claws back or '
  'reinstates credits. Returns `deferred` if the payment has not arrived yet.';
