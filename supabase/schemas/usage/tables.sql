-- Usage events.

create table farthing.usage_events (
  account_id bigint not null,
  origin farthing.usage_origin not null,
  event_id varchar(255) not null,
  first_seq bigint,
  last_seq bigint,
  usage farthing.metadata,
  event_at timestamptz,
  primary key (account_id, origin, event_id)
);
comment on table farthing.usage_events is
  'Rule 9: an event_id is charged only once per origin, with no time limit. The charge is in the '
  'entries first_seq to last_seq. Free usage has no entries: its contents are in the columns usage '
  'and event_at.';
alter table farthing.usage_events enable row level security;
create policy usage_events_none on farthing.usage_events for select to authenticated using (false);
