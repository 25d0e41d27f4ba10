-- Foreign payments: payments that another app on the same Stripe account made. In each object that
-- this installation creates at Stripe, the metadata contains the installation's id, which the code
-- calls our mark.

create function farthing.bears_our_mark(p_facts jsonb)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce(p_facts ->> 'mark' = (select installation_id::text from farthing.policy), false);
end
$$;
comment on function farthing.bears_our_mark(jsonb) is
  'Returns whether the metadata of the event''s object names this installation. The metadata of a '
  'refund from the dashboard never names this installation, even if the refunded payment is ours.';

create function farthing.outcome_without_row(p_facts jsonb, p_kind text)
returns text
language plpgsql stable
set search_path = ''
as $$
begin
  -- Our rows are committed before Stripe is called. So if a marked object has no row here, the row
  -- was lost, and the event waits until the row is restored. An unmarked object belongs to another
  -- app on the same Stripe account.
  return case when farthing.bears_our_mark(p_facts) then 'deferred'
    else format('ignored because its %s is not here and its metadata does not name this installation',
      p_kind) end;
end
$$;
comment on function farthing.outcome_without_row(jsonb, text) is
  'Returns the outcome of an event whose order or booking is unknown: deferred or ignored.';

create function farthing.is_foreign_payment(p_event farthing.inbox)
returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(p_event.facts ->> 'payment_id', p_event.facts ->> 'charge_id') is not null
    and not farthing.bears_our_mark(p_event.facts)
$$;
comment on function farthing.is_foreign_payment(farthing.inbox) is
  'Returns whether an event names a payment or a charge, and its metadata does not name this '
  'installation.';
