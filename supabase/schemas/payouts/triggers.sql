-- Triggers: a mismatch stores the account of the order, booking, refund or dispute that it is about,
-- and its resolution by an operator is audited. A scheduled task compares payouts with open mismatches
-- again, and looks for payments that were never paid out.

create trigger mismatches_name_their_account before insert or update on farthing.mismatches
  for each row execute function farthing.name_mismatch_account();
select farthing.audit_changes('mismatches', '{resolved_by, resolve_reason}', true);

select farthing.add_task('retry_reconciliation', '15 minutes', p_budget => '30 seconds');
