-- Tasks evaluate the rules each minute and remove resolved incidents after a year. Changes of rules are
-- audited.

select farthing.add_task('sweep_incidents', '1 hour', '23 minutes');

-- With the largest budget it runs last: after a pause of days, all work would be overdue and no proof
-- recent. The budget is still below the role's statement timeout of two minutes.
select farthing.add_task('evaluate_alerts', '1 minute', p_budget => '105 seconds');

select farthing.audit_changes('alert_rules', '{threshold, fine_at, factor, minimum, period, enabled}',
  p_rows => true);
