-- What an account may spend in a day, and what it has.

create table farthing.spending (
  account_id bigint primary key,
  day date not null,
  spent farthing.credits not null
);
comment on table farthing.spending is
  'What an account with a daily cap has spent on its last day of spending, UTC. Credits.';
alter table farthing.spending enable row level security;
create policy spending_none on farthing.spending for select to authenticated using (false);

-- Two caps, of which the stricter holds, so that what the back end imposes is not the user's to lift. Charges
-- read accounts.daily_cap alone, which is the lower of the two.
create table farthing.spend_caps (
  account_id bigint primary key references farthing.accounts (account_id),
  own_daily farthing.credits,
  imposed_daily farthing.credits
);
comment on table farthing.spend_caps is
  'What an account may spend in a day: by its user''s own wish, and as the back end imposes; null for all. '
  'Credits.';
alter table farthing.spend_caps enable row level security;
create policy spend_caps_none on farthing.spend_caps for select to authenticated using (false);
