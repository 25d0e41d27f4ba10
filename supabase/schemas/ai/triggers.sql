-- Triggers set the time of a consent, erase fields of stored logs when a consent is lowered, and
-- close a chat when its hold ends. Scheduled tasks delete expired AI logs, and charge or release
-- abandoned chats.

create trigger ai_consents_are_dated before insert or update on farthing.ai_consents
  for each row execute function farthing.date_consent();
create trigger ai_consents_count_backwards after insert or update on farthing.ai_consents
  for each row execute function farthing.erase_ai_logs();
select farthing.add_task('delete_old_ai_logs', '1 minute');

create trigger holds_close_their_chats after update of status on farthing.holds
  for each row when (old.status = 'open' and new.status <> 'open') execute function farthing.close_chat();
select farthing.add_task('close_abandoned_chats', '1 minute');
