-- Orders: a purchase, from the click to the grant, and what of it was paid back since.
-- Why an order exists before Stripe is asked: everything Stripe tells us later is tied to an id of ours,
-- and what the buyer gets is fixed by the package version the order names, not by what the catalogue says
-- when the money arrives.

create table farthing.orders (
  account_id bigint not null references farthing.accounts (account_id),
  order_id uuid not null default gen_random_uuid(),
  kind text not null default 'package',
  package_id uuid,
  package_version int,
  package_name text,
  amount bigint not null,
  currency text not null,
  credits numeric(38, 18) not null,
  bonus_credits numeric(38, 18) not null,
  status text not null default 'pending',
  success_url text,
  cancel_url text,
  client_temp_id text,
  session_id text,
  session_url text,
  payment_ref text,
  amount_refunded bigint not null default 0,
  amount_disputed bigint not null default 0,
  credits_taken_back farthing.credits not null default 0,
  expires_at timestamptz not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, order_id),
  constraint orders_package_sold foreign key (package_id, package_version)
    references farthing.packages (package_id, version),
  constraint orders_kinds check (
    (kind = 'package' and package_version is not null and package_id is not null and package_name is not null
      and success_url is not null and cancel_url is not null)
    or (kind = 'top_up' and package_version is null and package_id is null and package_name is null)),
  constraint orders_amount_positive check (amount > 0),
  constraint orders_reversed check (amount_refunded >= 0 and amount_disputed >= 0
    and credits_taken_back <= credits + bonus_credits),
  constraint orders_text_bounded check (length(success_url) <= 2048 and length(cancel_url) <= 2048
    and length(client_temp_id) <= 255 and length(session_id) <= 255 and length(session_url) <= 4096
    and length(payment_ref) <= 255),
  constraint orders_states check (status in
    ('pending', 'processing', 'paid', 'failed', 'expired', 'partially_refunded', 'refunded', 'disputed')),
  constraint orders_paid_by_a_payment check (
    (status in ('pending', 'processing', 'failed', 'expired')) = (payment_ref is null and paid_at is null))
);
comment on table farthing.orders is
  'A purchase of a package, or a top-up sized to what was missing. amount in the currency''s minor unit; '
  'credits as sold. payment_ref: the payment that paid it. amount_refunded: by refunds that have not failed; '
  'amount_disputed: by disputes that are open or lost; credits_taken_back: for both (rule 10).';
create unique index orders_by_id on farthing.orders (order_id);
create index orders_by_package on farthing.orders (package_id, package_version);
create index orders_newest on farthing.orders (account_id, created_at desc, order_id desc);
create index orders_to_expire on farthing.orders (expires_at) where status = 'pending';
create unique index orders_by_session on farthing.orders (session_id) where session_id is not null;
-- Rule 9: one payment pays one order, one order is paid once.
create unique index orders_by_payment on farthing.orders (payment_ref) where payment_ref is not null;
-- One open session per user and package version: a second click gets the first session again.
create unique index orders_one_open on farthing.orders (account_id, package_id, package_version)
  where status = 'pending';
-- One charge for a gap: a second runner finds the first one's order (T16).
create unique index orders_one_top_up on farthing.orders (account_id)
  where kind = 'top_up' and status in ('pending', 'processing');

create function farthing.orders_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'pending' then new.status in ('processing', 'paid', 'failed', 'expired')
    when 'processing' then new.status in ('paid', 'failed')
    when 'failed' then new.status = 'paid'
    -- Money that arrives after the session was given up is still money: late payment is granted.
    when 'expired' then new.status in ('processing', 'paid')
    when 'paid' then new.status in ('partially_refunded', 'refunded', 'disputed')
    -- Money comes back and goes again: refunds fail, disputes are won.
    when 'partially_refunded' then new.status in ('paid', 'refunded', 'disputed')
    when 'refunded' then new.status in ('paid', 'partially_refunded', 'disputed')
    when 'disputed' then new.status in ('paid', 'partially_refunded', 'refunded')
    else false end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'An order cannot go from % to %', old.status,
      new.status using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.orders_guard() is 'The order''s state machine. Its terms: 79_guards.';
create trigger orders_are_guarded before update on farthing.orders
  for each row execute function farthing.orders_guard();
create trigger orders_are_never_deleted before delete on farthing.orders
  for each row execute function farthing.refuse_change();

alter table farthing.orders enable row level security;
create policy orders_own on farthing.orders for select to authenticated
  using (account_id in (select a.account_id from farthing.accounts a where a.owner_id = (select auth.uid())));
grant select on farthing.orders to authenticated;

alter table farthing.lots add constraint lots_of_an_order foreign key (account_id, order_id)
  references farthing.orders (account_id, order_id);

create function farthing.grant_order(
  p_order farthing.orders, p_payment_ref text, p_amount bigint, p_currency text, p_author text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_terms farthing.lots;
begin
  if p_order.payment_ref is not null then
    if p_order.payment_ref <> p_payment_ref then
      raise exception 'order % was paid by another payment already', p_order.order_id;
    end if;
    return;
  end if;
  if p_amount is distinct from p_order.amount or p_currency is distinct from p_order.currency then
    raise exception 'order % costs % %, the payment brought % %', p_order.order_id, p_order.amount,
      p_order.currency, p_amount, p_currency;
  end if;
  update farthing.orders set status = 'paid', payment_ref = p_payment_ref, paid_at = p_now, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
  v_terms.order_id := p_order.order_id;
  -- What the buyer paid in USD per lot; other currencies get theirs when reports know the rate.
  v_terms.cost_basis_usd := case p_order.currency when 'usd' then p_order.amount::numeric / 100 end;
  perform farthing.receive(p_order.account_id, 'paid', p_order.credits, 'purchase', 'purchases', v_terms,
    'order', p_order.order_id::text, null, null, p_author, p_now);
  if p_order.bonus_credits > 0 then
    v_terms.cost_basis_usd := 0;
    perform farthing.receive(p_order.account_id, 'bonus', p_order.bonus_credits, 'bonus', 'bonuses', v_terms,
      'order', p_order.order_id::text, null, null, p_author, p_now);
  end if;
  if (select owner_id is null from farthing.accounts where account_id = p_order.account_id) then
    -- Paid by someone who has left (rule 16).
    perform farthing.close_lots(p_order.account_id, p_author, p_now);
  end if;
end
$$;
comment on function farthing.grant_order is
  'One payment, one grant: marks the locked order paid and puts its lots in, unless this payment did '
  'already. Raises where the payment does not fit the order.';
