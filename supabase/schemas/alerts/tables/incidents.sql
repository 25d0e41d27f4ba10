-- Incidents, which alert rules open.

create table farthing.incidents (
  incident_nr bigint generated always as identity primary key,
  incident_id uuid not null unique default gen_random_uuid(),
  rule text not null,
  subject text not null default '',
  severity text not null,
  runbook text not null,
  state text not null,
  value numeric(20, 6) not null,
  threshold numeric(20, 6) not null,
  summary text not null,
  seen_count int not null default 1,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  fired_at timestamptz,
  queued_at timestamptz,
  fine_since timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  constraint incidents_text_bounded check (length(subject) <= 60 and length(summary) between 1 and 500
    and length(runbook) <= 500 and length(acknowledged_by) <= 255),
  constraint incidents_seen check (seen_count >= 1 and last_seen_at >= first_seen_at),
  constraint incidents_acknowledged check ((acknowledged_at is null) = (acknowledged_by is null)),
  constraint incidents_states check (case state
    when 'pending' then fired_at is null and queued_at is null and resolved_at is null
      and acknowledged_at is null
    when 'open' then fired_at is not null and resolved_at is null and acknowledged_at is null
    when 'acknowledged' then fired_at is not null and resolved_at is null and acknowledged_at is not null
    when 'resolved' then fired_at is not null and resolved_at is not null
    else false end)
);
comment on table farthing.incidents is
  'Periods in which a rule was over its threshold. The state goes from pending (over the '
  'threshold, but not yet for the time fires_after) to open, acknowledged and resolved. value, '
  'threshold and summary: from the last evaluation in which the rule was over its threshold. '
  'queued_at: the time at which the incident''s notifications were queued. fine_since: the start '
  'of the time in which the rule has been fine without a break; null while the rule is not fine.';
-- There is at most one unresolved incident for each rule and subject, even if two evaluations run
-- at once.
create unique index incidents_unresolved on farthing.incidents (rule, subject) where state <> 'resolved';
alter table farthing.incidents enable row level security;
create policy incidents_none on farthing.incidents for select to authenticated using (false);

create type farthing.alert_reading as (
  subject text, value numeric, threshold numeric, is_over boolean, is_fine boolean, summary text);
comment on type farthing.alert_reading is
  'The reading of a rule. If a reading is neither over nor fine, an open incident stays open, and '
  'no new incident opens.';
