-- The policy's row is never deleted. Each version of an accounting policy is audited, with a
-- reason. Versions never change.

select farthing.never_remove('policy');

select farthing.audit_changes('accounting_policies', '{name, version, value, effective_from}',
  p_needs_reason => true, p_rows => true);
select farthing.never_change('accounting_policies', '{name, version, value, effective_from}');
select farthing.never_remove('accounting_policies');
