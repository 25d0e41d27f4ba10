-- The audit of mismatches that an operator resolves, and the scheduled task that compares differences
-- again and looks for payments that were never paid out.

select farthing.audit_changes('mismatches', '{resolved_by, resolve_reason}', true);

select farthing.add_task('retry_reconciliation', '15 minutes', p_budget => '30 seconds');
