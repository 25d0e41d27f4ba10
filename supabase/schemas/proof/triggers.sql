-- The scheduled task that runs the proof.

-- Due tasks with larger budgets run later, so the proof does not delay other tasks.
select farthing.add_task('prove_if_due', '10 minutes', p_budget => '100 seconds');
