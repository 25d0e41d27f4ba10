-- The buyer of an order's session at Stripe: the session gets the buyer's customer at Stripe, or
-- the buyer's email address, or neither. The email address is stored with the order only as long as
-- it is needed.

create function farthing.session_buyer(p_user_id uuid, p_account_id bigint)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- A session has a customer or an email, never both. The customer is used only for tax ids,
  -- invoices and automatic tax, because only these need a customer. Stripe refuses to open a
  -- session for a customer that was deleted at Stripe. Such a deletion also detaches the saved
  -- card. So a saved card shows that the customer still exists, and a customer without a saved card
  -- is not used.
  select jsonb_build_object('customer_id', c.customer_id,
    'customer_email', case when c.customer_id is null and farthing.is_plain_email(u.email) then u.email end)
  from farthing.policy p
  left join farthing.customers c on c.account_id = p_account_id and c.payment_method_id is not null
    and (p.checkout_automatic_tax or p.checkout_tax_ids or p.checkout_invoices)
  left join auth.users u on u.id = p_user_id
$$;
comment on function farthing.session_buyer(uuid, bigint) is
  'Returns {customer_id, customer_email} of a new session. At most one of them is set. Both are '
  'null if the user has no customer for this session and no plain email address. Other addresses '
  'are left out, because Stripe might refuse them.';

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
  'Trigger: deletes the buyer''s email from an order that already has a session or no longer needs '
  'a session.';

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
  'Trigger: when a user is deleted, deletes the user''s email from every order that still contains '
  'it.';
