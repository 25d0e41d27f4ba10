-- The scheduled task that runs the proof.

-- A task with a larger budget runs after other due tasks, so the proof does not delay them.
select farthing.add_task('prove_if_due', '10 minutes', p_budget => '100 seconds');
