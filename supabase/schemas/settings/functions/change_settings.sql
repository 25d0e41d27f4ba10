-- Every RPC function that changes settings calls change_settings(). A new kind of settings needs an
-- audited table, a function apply_<table>() that checks and writes, and a line in the `case` below.

create function farthing.change_settings(p_table text, p_settings jsonb, p_version text, p_reason text,
  p_dry_run boolean, p_author text, p_idempotency_key text, p_fingerprint text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_settings jsonb := farthing.json_argument(p_settings);
  v_dry_run boolean := coalesce(p_dry_run, true);
  v_done jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(p_author);
  -- Only one change of this table runs at a time. Readers do not wait.
  execute format('lock table farthing.%I in share row exclusive mode', p_table);
  perform farthing.refuse_old_version(p_table, p_version);
  perform farthing.begin_change(p_author, case when v_dry_run then 'a dry run' else p_reason end);
  begin
    v_done := case p_table
      when 'packages' then farthing.apply_packages(v_settings, p_now)
      when 'rates' then farthing.apply_rates(v_settings, p_now)
      when 'policy' then farthing.apply_policy(v_settings, p_reason, p_author, p_now)
      when 'alert_rules' then farthing.apply_alert_rules(v_settings)
      when 'accounting_policies' then farthing.apply_accounting_policies(v_settings, p_now)
      when 'journal_accounts' then farthing.apply_journal_accounts(v_settings, p_now)
      when 'welcome_blocked_domains' then farthing.apply_welcome_blocked_domains(v_settings)
      when 'features' then farthing.apply_features(v_settings, p_author, p_now)
      end;
    -- A dry run makes the change, so that the tables' constraints check it, and then undoes it. A
    -- call that changes no value is undone, too.
    if v_dry_run or v_done -> 'changes' = '[]' then
      raise exception using errcode = 'UNDO0';
    end if;
  exception when sqlstate 'UNDO0' then
    null;
  end;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, v_done || jsonb_build_object(
    'version', farthing.settings_version(p_table), 'dry_run', v_dry_run), p_now);
end
$$;
comment on function farthing.change_settings is
  'Changes the settings of a table. apply_<table>() checks and writes them, and returns {changes, '
  'unchanged}. Returns {status: 200, replayed, data: {version, dry_run, changes: [{name, change, '
  'version, fields}], unchanged}}. If p_dry_run is true, nothing is changed. Fails with '
  'invalid_request, version_conflict, or forbidden if the operator has lost the role.';

create function farthing.begin_change(p_author text, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(p_reason, '') !~ '\S' or length(p_reason) > 500 then
    perform farthing.fail('invalid_request', 'reason must have 1 to 500 characters and must not be blank.',
      null, 'reason');
  end if;
  perform farthing.allow_change(p_author, p_reason);
end
$$;
comment on function farthing.begin_change(text, text) is
  'Sets the author and the reason under which the following changes are audited. Fails with invalid_request '
  'without a reason.';
