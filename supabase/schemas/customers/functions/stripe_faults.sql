-- Setup faults at Stripe, such as a revoked API key. A fault is recorded when Stripe refuses a
-- request, deleted when such a request succeeds again, and reported by the alert rule stripe_setup.
-- _shared/domain/report-stripe-fault.ts records faults. It is called at a checkout, at a top-up,
-- when a saved card is read or detached, and when the balance is listed (at least every 15 minutes).

create function farthing.end_stripe_fault(p_fault text, p_subject text)
returns void
language sql
set search_path = ''
as $$
  delete from farthing.stripe_faults where fault = p_fault and subject = p_subject
$$;
comment on function farthing.end_stripe_fault(text, text) is
  'Deletes a setup fault at Stripe, because a request has succeeded.';

create function farthing.stripe_fault_matters(p_fault farthing.stripe_faults, p_from timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A tax fault matters only while the policy lets Stripe compute taxes: otherwise no request can
  -- fail because of taxes.
  select p_fault.last_seen_at > p_from
    and (p_fault.fault <> 'tax_not_set_up' or (select checkout_automatic_tax from farthing.policy))
$$;
comment on function farthing.stripe_fault_matters(farthing.stripe_faults, timestamptz) is
  'Returns whether a setup fault at Stripe was seen after p_from and is not over.';
