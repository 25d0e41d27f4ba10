-- Scheduled tasks evaluate the alert rules each minute, and delete incidents a year after they were
-- resolved.

select farthing.add_task('delete_old_incidents', '1 hour', '23 minutes');

-- Tasks with a smaller time budget run first. This task has the largest budget, 105 seconds, so it
-- runs last. If no task ran for days, the other tasks first do the overdue work, and then the alert
-- rules read the result. The budget is below the role's statement timeout of two minutes.
select farthing.add_task('evaluate_alerts', '1 minute', p_budget => '105 seconds');
