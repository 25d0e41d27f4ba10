-- A task runs the proof.

-- Among the due tasks, those with the largest budgets run last.
select farthing.add_task('prove_if_due', '10 minutes', p_budget => '100 seconds');
