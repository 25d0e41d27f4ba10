-- The daily caps and the daily spending of accounts.

create table farthing.spending (
  account_id bigint primary key,
  day date not null,
  spent farthing.credits not null
);
comment on table farthing.spending is
  'One row for each account that has or had a daily cap. day: the day (UTC) of the last charge '
  'under the cap, or of the last change of the cap if that was later. spent: the credits spent on '
  'that day.';
alter table farthing.spending enable row level security;
create policy spending_none on farthing.spending for select to authenticated using (false);

-- There are two caps, so that a user can't lift the cap that the back end or an operator imposes.
-- Charges read only accounts.daily_cap, the lower of the two.
create table farthing.spend_caps (
  account_id bigint primary key references farthing.accounts (account_id),
  own_daily farthing.credits,
  imposed_daily farthing.credits
);
comment on table farthing.spend_caps is
  'Daily caps of an account, in credits: the user''s own cap, and the cap that the back end or an operator '
  'imposes. Null means no cap.';
alter table farthing.spend_caps enable row level security;
create policy spend_caps_none on farthing.spend_caps for select to authenticated using (false);
