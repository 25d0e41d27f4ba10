-- Triggers: a stored answer never changes. A task deletes keys after a day.

create trigger private_answers_never_change before update on farthing.private_answers
  for each row execute function farthing.refuse_change();

-- 60,000 keys and 60,000 seals a minute: enough for a thousand charges a second, day and night.
select farthing.add_task('sweep_idempotency_keys', '1 minute', p_budget => '30 seconds');

select farthing.guard_updates('idempotency_keys', 'idempotency_keys_keep_their_answer',
  '{fingerprint, status, answer}', null, 'refuse_new_answer');
