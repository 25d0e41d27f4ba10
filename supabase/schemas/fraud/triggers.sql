-- A task deletes old decisions and uses of cards.

select farthing.add_task('delete_old_fraud_records', '5 minutes');
