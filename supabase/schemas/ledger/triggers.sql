-- Triggers: entries, debt payments and used references are append-only, accounts and lots are never
-- deleted, and the terms of a lot never change (rule 19). Deleting a user sets left_at on the
-- user's account. Triggers on left_at then close the account: the trigger accounts_close below, and
-- triggers in the folders checkout, customers and seals. A scheduled task expires lots and holds.

create trigger entries_are_append_only before update or delete on farthing.entries
  for each row execute function farthing.refuse_change();
create trigger entries_are_not_truncated before truncate on farthing.entries
  for each statement execute function farthing.refuse_change();
create trigger debt_payments_are_append_only before update or delete on farthing.debt_payments
  for each row execute function farthing.refuse_change();
create trigger debt_payments_are_not_truncated before truncate on farthing.debt_payments
  for each statement execute function farthing.refuse_change();
create trigger accounts_are_never_deleted before delete on farthing.accounts
  for each row execute function farthing.refuse_change();
create trigger lots_are_never_deleted before delete on farthing.lots
  for each row execute function farthing.refuse_change();
-- "enable always": these triggers also fire in a session whose session_replication_role is replica.
alter table farthing.entries enable always trigger entries_are_append_only;
alter table farthing.entries enable always trigger entries_are_not_truncated;
alter table farthing.debt_payments enable always trigger debt_payments_are_append_only;
alter table farthing.debt_payments enable always trigger debt_payments_are_not_truncated;
alter table farthing.accounts enable always trigger accounts_are_never_deleted;
alter table farthing.lots enable always trigger lots_are_never_deleted;

create trigger used_references_are_append_only before update or delete on farthing.used_references
  for each row execute function farthing.refuse_change();
create trigger used_references_are_not_truncated before truncate on farthing.used_references
  for each statement execute function farthing.refuse_change();

select farthing.add_task('expire_credits', '1 minute');

create trigger accounts_leave_with_their_owner after update of owner_id on farthing.accounts
  for each row execute function farthing.note_leaving();
create trigger accounts_close after update of left_at on farthing.accounts
  for each row execute function farthing.close_account();

-- Rule 19: the terms of a lot and of an account never change.
select farthing.never_change('lots', '{account_id, lot_id, source, amount, price, priority,
  expires_at, order_id, created_at}');
select farthing.never_change('accounts', '{account_id, kind, created_at}');
create trigger accounts_keep_their_owner after insert or update of owner_id, left_at on farthing.accounts
  for each row execute function farthing.check_owner();
select farthing.note_guard('accounts', 'accounts_keep_their_owner');
