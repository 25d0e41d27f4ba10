-- Changes of caps are audited, with a reason.

select farthing.audit_changes('spend_caps', '{own_daily, imposed_daily}', p_needs_reason => true,
  p_rows => true);
