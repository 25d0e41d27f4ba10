-- The scheduled task that compares differences again and looks for payments that were never paid
-- out.

select farthing.add_task('retry_reconciliation', '15 minutes', p_budget => '30 seconds');
