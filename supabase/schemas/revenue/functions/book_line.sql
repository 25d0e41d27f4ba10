-- A revenue line: the order or booking that it belongs to, and the day on which it counts.

create function farthing.package_of(p_account_id bigint, p_order_id uuid)
returns uuid
language sql stable
set search_path = ''
as $$
  select package_id from farthing.orders where account_id = p_account_id and order_id = p_order_id
$$;
comment on function farthing.package_of(bigint, uuid) is
  'Returns the package of an order; null for a top-up and for a booking.';

create function farthing.new_line(p_account_id bigint, p_order_id uuid, p_booking_id uuid, p_currency text,
  p_effective_at timestamptz default null)
returns farthing.revenue_lines
language plpgsql stable
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines;
begin
  v_line.account_id := p_account_id;
  v_line.order_id := p_order_id;
  v_line.booking_id := p_booking_id;
  v_line.package_id := farthing.package_of(p_account_id, p_order_id);
  v_line.currency := p_currency;
  v_line.effective_at := p_effective_at;
  return v_line;
end
$$;
comment on function farthing.new_line(bigint, uuid, uuid, text, timestamptz) is
  'Returns a new line for an order or a booking. The caller adds kind, amount and source_id to the '
  'line. p_effective_at: when the fact happened; null for the time of the event that is being '
  'applied.';

create function farthing.day_to_book(p_effective_at timestamptz, p_at timestamptz, p_open_from date)
returns date
language sql immutable
set search_path = ''
as $$
  select case when d.effective >= p_open_from then d.effective
    -- If the fact's month is closed, the line counts on the day on which it is booked, but no later
    -- than the last day of the oldest open month.
    else greatest(p_open_from, least(d.booked, (p_open_from + interval '1 month')::date - 1)) end
  from (select (p_effective_at at time zone 'UTC')::date as effective,
    (p_at at time zone 'UTC')::date as booked) d
$$;
comment on function farthing.day_to_book(timestamptz, timestamptz, date) is
  'Returns the day (UTC) on which a line counts: the day of its fact. If the fact''s month is '
  'closed, the line counts on the day on which it is booked, but no later than the last day of the '
  'oldest open month. p_open_from: the first day of that month.';

create function farthing.event_time(p_default timestamptz)
returns timestamptz
language sql stable
set search_path = ''
as $$
  -- apply_facts() names the event as the author of the changes, so the event is found by the
  -- author.
  select coalesce((select i.occurred_at from farthing.inbox i
    where i.event_id = substring(nullif(current_setting('farthing.change', true), '')::jsonb ->> 'author'
      from '^stripe:(.*)$')), p_default)
$$;
comment on function farthing.event_time(timestamptz) is
  'Returns the time at Stripe of the event that is being applied; p_default if no event is being '
  'applied.';

create function farthing.book_line(p_line farthing.revenue_lines, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_effective_at timestamptz := coalesce(p_line.effective_at, farthing.event_time(p_at));
  v_open_from date;
begin
  -- This statement locks the one row of the table `books` for share. close_months() waits for that
  -- lock. If close_months() ran first, this statement sees which months are closed.
  select open_from into strict v_open_from from farthing.books for share;
  insert into farthing.revenue_lines (booked_on, booked_at, effective_at, product_line, kind, currency,
    amount, account_id, order_id, booking_id, package_id, refund_id, dispute_id, source_id)
  values (farthing.day_to_book(coalesce(p_line.booked_on::timestamp at time zone 'UTC', v_effective_at),
      p_at, v_open_from), p_at, v_effective_at,
    case when p_line.order_id is null then 'bookings' else 'credits' end, p_line.kind, p_line.currency,
    p_line.amount, p_line.account_id, p_line.order_id, p_line.booking_id, p_line.package_id,
    p_line.refund_id, p_line.dispute_id, p_line.source_id);
  if p_line.kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal', 'application_fee',
    'application_fee_refund')
  then
    perform farthing.book_waiting_transactions(p_line.source_id, p_at);
  end if;
end
$$;
comment on function farthing.book_line(farthing.revenue_lines, timestamptz) is
  'Books a line at p_at. If effective_at is null, it becomes the time of the Stripe event that is '
  'being applied. The caller may set booked_on to the day of another line: the new line then '
  'counts on the same day if the month of that day is open. The product line depends on whether '
  'the line has an order or a booking.';
