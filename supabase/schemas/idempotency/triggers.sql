-- Triggers: a stored answer does not change for 24 hours. A scheduled task deletes keys after 24
-- hours.

create trigger private_answers_never_change before update on farthing.private_answers
  for each row execute function farthing.refuse_change();

-- A run each minute deletes up to 60,000 keys, enough for a thousand requests a second.
select farthing.add_task('delete_old_idempotency_keys', '1 minute', p_budget => '30 seconds');

select farthing.guard_updates('idempotency_keys', 'idempotency_keys_keep_their_answer',
  '{fingerprint, status, answer}', null, 'refuse_new_answer');
