-- Actions of operators on rows that are not audited column by column: a notification that is sent
-- again, an event that is applied again, a transfer that is settled. Tasks may change or delete
-- these rows at any time. So the proof does not check these rows: it compares only the rows of
-- audited tables with their last audit rows.

create function farthing.audit_action(
  p_table text, p_key jsonb, p_before jsonb, p_after jsonb, p_author text, p_reason text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.audit (changed_at, author, reason, table_name, row_key, before, after)
  values (p_now, coalesce(p_author, 'sql:' || session_user), p_reason, p_table, p_key, p_before, p_after)
$$;
comment on function farthing.audit_action(text, jsonb, jsonb, jsonb, text, text, timestamptz) is
  'Writes the audit row of an operator''s action on a row of a table that is not audited.';

create function farthing.require_reason(p_reason text)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_reason is null or length(p_reason) not between 1 and 500 then
    perform farthing.fail('invalid_request', 'reason must have 1 to 500 characters.', null, 'reason');
  end if;
end
$$;
comment on function farthing.require_reason(text) is
  'Refuses an action without a reason of 1 to 500 characters, as the audit requires. Fails with '
  'invalid_request, with the field reason.';
