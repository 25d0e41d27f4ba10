-- The rows of the audit never change and are never deleted. The rows of the lists of audited tables
-- and of guards are never deleted.

select farthing.never_change('audit', '{audit_nr, changed_at, author, reason, table_name, row_key, before,
  after}');
select farthing.never_remove('audit');

select farthing.never_remove('guards');
select farthing.never_remove('audited');
