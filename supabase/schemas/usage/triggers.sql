-- Triggers: usage events are append-only.

create trigger usage_events_are_append_only before update or delete on farthing.usage_events
  for each row execute function farthing.refuse_change();
create trigger usage_events_are_not_truncated before truncate on farthing.usage_events
  for each statement execute function farthing.refuse_change();
alter table farthing.usage_events enable always trigger usage_events_are_append_only;
alter table farthing.usage_events enable always trigger usage_events_are_not_truncated;
