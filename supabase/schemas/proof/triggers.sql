-- The proof runs by itself.

-- Of the tasks that are due those with the largest budgets run last.
select farthing.add_task('prove_if_due', '10 minutes', p_budget => '100 seconds');
