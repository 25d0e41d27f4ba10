-- Daily caps of accounts, and what they have spent.

create table farthing.spending (
  account_id bigint primary key,
  day date not null,
  spent farthing.credits not null
);
comment on table farthing.spending is
  'The spending of an account with a daily cap on its last day of spending, UTC. Credits.';
alter table farthing.spending enable row level security;
create policy spending_none on farthing.spending for select to authenticated using (false);

-- Two caps, of which the lower applies, so that a user can't lift the cap that the back end imposes.
-- Charges read only accounts.daily_cap, which is the lower of the two.
create table farthing.spend_caps (
  account_id bigint primary key references farthing.accounts (account_id),
  own_daily farthing.credits,
  imposed_daily farthing.credits
);
comment on table farthing.spend_caps is
  'Daily caps of an account: the user''s own, and the one that the back end imposes; null for no cap. '
  'Credits.';
alter table farthing.spend_caps enable row level security;
create policy spend_caps_none on farthing.spend_caps for select to authenticated using (false);
