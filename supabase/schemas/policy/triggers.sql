-- The policy's row is never deleted.

select farthing.never_remove('policy');

select farthing.audit_changes('accounting_policies', '{name, version, value}', p_needs_reason => true,
  p_rows => true);
select farthing.never_change('accounting_policies', '{name, version, value}');
select farthing.never_remove('accounting_policies');
