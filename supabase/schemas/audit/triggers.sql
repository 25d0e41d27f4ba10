-- The rows of the audit never change and are never deleted. The list of audited tables and the list
-- of guards never lose a row. The rows of the log of reads never change, and are deleted after a
-- year.

select farthing.never_change('audit', '{audit_nr, changed_at, author, reason, table_name, row_key, before,
  after}');
select farthing.never_remove('audit');

select farthing.never_remove('guards');
select farthing.never_remove('audited');

select farthing.never_change('customer_reads', '{read_nr, read_at, author, route, account_id, user_id, query,
  request_id, correlation_id}');
create trigger customer_reads_are_stored_a_year after delete on farthing.customer_reads
  for each row execute function farthing.keep_customer_read();
select farthing.note_guard('customer_reads', 'customer_reads_are_stored_a_year');
create trigger customer_reads_are_not_emptied after truncate on farthing.customer_reads
  for each statement execute function farthing.refuse_change();
select farthing.note_guard('customer_reads', 'customer_reads_are_not_emptied');
select farthing.add_task('delete_old_customer_reads', '1 hour', '31 minutes');
