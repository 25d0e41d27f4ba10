-- The settings of an order's session at Stripe. They are stored with the order, because Stripe refuses
-- a repeated request that has the same idempotency key but different parameters.

create function farthing.session_settings(p_user_id uuid, p_account_id bigint)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('locale', p.checkout_locale, 'automatic_tax', p.checkout_automatic_tax,
    'tax_behavior', p.checkout_tax_behavior, 'tax_code', p.checkout_tax_code,
    'billing_address', p.checkout_billing_address, 'tax_ids', p.checkout_tax_ids,
    'invoices', p.checkout_invoices, 'promotion_codes', p.checkout_promotion_codes)
    || farthing.session_buyer(p_user_id, p_account_id)
  from farthing.policy p
$$;
comment on function farthing.session_settings(uuid, bigint) is
  'Returns the settings of a new session. They are the policy''s columns with the prefix checkout_ '
  '(here without this prefix), and the result of session_buyer().';
