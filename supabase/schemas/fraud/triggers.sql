-- A scheduled task deletes old fraud decisions and old records of card uses.

select farthing.add_task('delete_old_fraud_records', '5 minutes');
