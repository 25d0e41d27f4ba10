-- Changes of the policy.

create function farthing.set_policy(p_changes jsonb, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_columns text := farthing.listed(array(select jsonb_object_keys(p_changes)));
begin
  perform farthing.allow_change(p_author, p_reason);
  execute format('update farthing.policy set (%1$s) = (select %1$s from jsonb_populate_record(
    null::farthing.policy, $1)), updated_at = $2, updated_by = $3 where one_row', v_columns)
  using p_changes, p_now, coalesce(p_author, 'sql:' || session_user);
end
$$;
comment on function farthing.set_policy(jsonb, text, text, timestamptz) is
  'Changes columns of the policy: p_changes is {column: value}. The reason and the author are audited.';
