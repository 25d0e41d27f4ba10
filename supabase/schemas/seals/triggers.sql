-- Triggers: seals and heads never change; a new account's owner is hashed, and the salt is deleted
-- with the owner. Scheduled tasks seal entries each minute and make a head each hour.

create trigger entry_seals_are_append_only before update or delete on farthing.entry_seals
  for each row execute function farthing.refuse_change();
create trigger entry_seals_are_not_truncated before truncate on farthing.entry_seals
  for each statement execute function farthing.refuse_change();
alter table farthing.entry_seals enable always trigger entry_seals_are_append_only;
alter table farthing.entry_seals enable always trigger entry_seals_are_not_truncated;

select farthing.add_task('seal', '1 minute', p_budget => '30 seconds');

create trigger accounts_mark_their_owner after insert or update of left_at on farthing.accounts
  for each row execute function farthing.mark_owner();
select farthing.note_guard('accounts', 'accounts_mark_their_owner');
select farthing.never_change('owner_marks', '{account_id, mark}');
select farthing.never_remove('owner_marks');
select farthing.never_change('heads', '{head_nr, made_at, accounts, entries, balance, root, audit_nr,
  audit_hash, hash}');
select farthing.never_remove('heads');
select farthing.add_task('anchor', '1 hour', '7 minutes', p_budget => '30 seconds');
