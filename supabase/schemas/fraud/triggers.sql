-- A task deletes old decisions and uses of cards. Changes of blocks are audited.

select farthing.add_task('delete_old_fraud_records', '5 minutes');

select farthing.audit_changes('blocks', '{kind, until}', p_rows => true);
