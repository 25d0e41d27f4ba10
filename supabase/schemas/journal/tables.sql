-- The accounts of the journal, with the codes that the operator's bookkeeping uses.

create table farthing.journal_accounts (
  account text not null,
  version int not null,
  code text not null,
  effective_from date not null,
  primary key (account, version),
  constraint journal_accounts_known check (account in ('stripe_balance', 'unapplied_payments',
    'deferred_revenue', 'provider_payable', 'credit_revenue', 'breakage_revenue', 'application_fees',
    'refunds', 'disputes', 'stripe_fees', 'tax_payable', 'discounts')),
  constraint journal_accounts_version_positive check (version > 0),
  constraint journal_accounts_codes check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$')
);
comment on table farthing.journal_accounts is
  'Append-only. The code of each account of the journal, by version. The code in force on a day '
  '(UTC) is the newest one that took effect on or before that day. unapplied_payments: payments '
  'whose credits are not granted yet. provider_payable: the providers'' money from bookings. '
  'refunds, disputes: the returned money, less the deferred revenue of the credits that were '
  'clawed back for it; this difference lowers revenue. tax_payable: tax that is owed to the state. '
  'discounts: when an order with a discount is paid, this account is debited and at once credited '
  'with the same amount. The reason: the payment is booked at the full price, but only what was '
  'paid becomes deferred revenue.';
alter table farthing.journal_accounts enable row level security;
create policy journal_accounts_none on farthing.journal_accounts for select to authenticated using (false);

insert into farthing.journal_accounts
select a.account, 1, a.code, '1970-01-01'
from (values ('stripe_balance', '1010'), ('unapplied_payments', '2010'), ('deferred_revenue', '2020'),
  ('provider_payable', '2030'), ('tax_payable', '2040'), ('credit_revenue', '4010'),
  ('breakage_revenue', '4020'), ('application_fees', '4030'), ('refunds', '4910'), ('disputes', '4920'),
  ('discounts', '4930'), ('stripe_fees', '6010')) a (account, code);
