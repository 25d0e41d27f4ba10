-- Tasks evaluate the rules each minute and delete resolved incidents after a year.

select farthing.add_task('delete_old_incidents', '1 hour', '23 minutes');

-- Tasks with a smaller budget run first, so this task, which has the largest budget, runs last. If
-- no task ran for days, the other tasks first do the overdue work, and then the rules read the
-- result. The budget is below the role's statement timeout of two minutes.
select farthing.add_task('evaluate_alerts', '1 minute', p_budget => '105 seconds');
