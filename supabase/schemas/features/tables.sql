-- Feature flags.

create table farthing.features (
  name text primary key,
  state text not null default 'off',
  percentage numeric(5, 2) not null default 0,
  changed_by text,
  changed_at timestamptz not null default now(),
  constraint features_names check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint features_states check (state in ('off', 'on', 'percentage')),
  constraint features_percentage_bounded check (percentage between 0 and 100),
  constraint features_text_bounded check (length(changed_by) <= 255)
);
comment on table farthing.features is
  'One flag per product: off, on, or on for a percentage of the users. The column `percentage` '
  'applies only in the state `percentage`.';
alter table farthing.features enable row level security;
create policy features_none on farthing.features for select to authenticated using (false);

insert into farthing.features (name, state) values ('b2c', 'on'), ('b2b', 'on');
