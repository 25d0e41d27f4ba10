-- Each change of the policy is audited, with a reason. The policy's row is never deleted.

select farthing.audit_changes('policy', array(select a.attname from pg_attribute a
  where a.attrelid = 'farthing.policy'::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('one_row', 'updated_at', 'updated_by') order by a.attnum),
  p_needs_reason => true, p_rows => true);
select farthing.never_remove('policy');
