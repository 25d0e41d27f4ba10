-- Alert rules about dead-lettered jobs and emails. The rule about dead-lettered events is in
-- rules_stripe.sql.

create function farthing.read_dead_jobs(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format('%s given up within %s.',
    farthing.count_text(count(*), 'job'), farthing.period_text(p_rule.period)))
  from (select from farthing.jobs
    -- A job ends within a day of its creation, so an index on created_at bounds the rows to read.
    where created_at > p_now - p_rule.period - interval '1 day' and status = 'failed'
      and completed_at > p_now - p_rule.period
      and (attempts >= max_attempts or error_code in ('job_lost', 'job_expired')) limit 10000) dead
$$;
comment on function farthing.read_dead_jobs(farthing.alert_rules, timestamptz) is
  'Reads the number of jobs that were lost, that expired, or that failed at every attempt. A job '
  'also fails before its last attempt if a retry would not help; such a job does not count.';

create function farthing.read_dead_notifications(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s within %s: given up, or perhaps not delivered.', farthing.count_text(count(*), 'notification'),
    farthing.period_text(p_rule.period)))
  from (select from farthing.notifications
    where state in ('dead', 'uncertain') and finished_at > p_now - p_rule.period
      -- If no address, webhook or mail service is configured, a notification is never sent. This
      -- needs no alert.
      and last_error not in ('no_recipient', 'not_tried') limit 10000) dead
$$;
comment on function farthing.read_dead_notifications(farthing.alert_rules, timestamptz) is
  'Reads the number of notifications that, within the rule''s period, were dead-lettered or became '
  'uncertain (perhaps not delivered). Notifications that had no address or no configured service '
  'do not count.';
