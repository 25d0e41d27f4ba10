-- Each day's entries by author and kind.

create table farthing.actor_days (
  day date not null,
  author varchar(255) not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null, -- sums of all accounts, which exceed the bound of one account
  primary key (day, author, kind)
);
comment on table farthing.actor_days is
  'Sealed entries, summed by the day on which they were written (UTC), by author and kind. stripe: all of '
  'Stripe''s events. Credits.';
alter table farthing.actor_days enable row level security;
create policy actor_days_none on farthing.actor_days for select to authenticated using (false);
