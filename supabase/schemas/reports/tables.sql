-- Sums of a day that reports read.

create type farthing.day_range as (first_day date, last_day date);

create table farthing.actor_days (
  day date not null,
  author varchar(255) not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null, -- a sum over all accounts, which may exceed the bound of one account
  primary key (day, author, kind)
);
comment on table farthing.actor_days is
  'Sealed entries, summed by the day (UTC) on which they were written, by author and kind. The author '
  '`stripe` stands for all Stripe events. Amounts are in credits.';
alter table farthing.actor_days enable row level security;
create policy actor_days_none on farthing.actor_days for select to authenticated using (false);
