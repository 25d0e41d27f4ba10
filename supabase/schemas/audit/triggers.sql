-- The audit itself never changes.

select farthing.never_change('audit', '{audit_nr, changed_at, author, reason, table_name, row_key, before,
  after}');
select farthing.never_remove('audit');

select farthing.never_remove('guards');
select farthing.never_remove('audited');
