-- Tasks evaluate the rules each minute and delete resolved incidents after a year.

select farthing.add_task('delete_old_incidents', '1 hour', '23 minutes');

-- The task with the largest budget runs last. So after a pause of days the other tasks do the
-- overdue work first, and the rules read its result. The budget is below the role's statement
-- timeout of two minutes.
select farthing.add_task('evaluate_alerts', '1 minute', p_budget => '105 seconds');
