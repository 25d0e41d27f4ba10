-- The settings of an order's session at Stripe. They are stored with the order, because Stripe refuses
-- a repeated request that has the same idempotency key but different parameters.

create function farthing.session_settings(p_user_id uuid, p_account_id bigint)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- A session has a customer or an email, never both. The customer is used only for tax ids,
  -- invoices and automatic tax, because only these belong to a customer. Stripe refuses to open a
  -- session for a deleted customer, so the customer is used only while it has a saved card: when a
  -- customer is deleted at Stripe, its card is detached.
  select jsonb_build_object('locale', p.checkout_locale, 'automatic_tax', p.checkout_automatic_tax,
    'tax_behavior', p.checkout_tax_behavior, 'tax_code', p.checkout_tax_code,
    'billing_address', p.checkout_billing_address, 'tax_ids', p.checkout_tax_ids,
    'invoices', p.checkout_invoices, 'promotion_codes', p.checkout_promotion_codes,
    'customer_id', c.customer_id,
    'customer_email', case when c.customer_id is null and farthing.is_plain_email(u.email) then u.email end)
  from farthing.policy p
  left join farthing.customers c on c.account_id = p_account_id and c.payment_method_id is not null
    and (p.checkout_automatic_tax or p.checkout_tax_ids or p.checkout_invoices)
  left join auth.users u on u.id = p_user_id
$$;
comment on function farthing.session_settings(uuid, bigint) is
  'Returns the settings of a new session: those of the policy, without the prefix checkout_, and '
  'customer_id or customer_email, or neither if the user has no email address that Stripe is sure to '
  'accept.';

create function farthing.forget_session_email()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.session_settings := new.session_settings - 'customer_email';
  return new;
end
$$;
comment on function farthing.forget_session_email() is
  'Trigger: deletes the buyer''s email from an order that has a session or needs none any more.';

create function farthing.forget_emails_of_user()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update farthing.orders set session_settings = session_settings - 'customer_email'
  where account_id = new.account_id and session_settings ? 'customer_email';
  return null;
end
$$;
comment on function farthing.forget_emails_of_user() is
  'Trigger: when a user is deleted, deletes their email from those of their orders that still contain it.';
