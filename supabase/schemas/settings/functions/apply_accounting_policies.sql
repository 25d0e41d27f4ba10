-- Changing the accounting policies.

create function farthing.accounting_policy_list()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select l.name, 'choice', null::text, null::numeric, null::numeric, l.choices, l.description
  from (values
    ('bonus_allocation', '{pro_rata,zero}'::text[], 'Whether an order''s price is spread over paid and '
      'bonus credits alike (pro_rata), or is the price of the paid credits alone (zero). An order keeps '
      'the version that it was paid under.'),
    ('breakage', '{at_expiry}', 'When unused credits become revenue: at their expiry.'))
    l (name, choices, description)
$$;
comment on function farthing.accounting_policy_list() is
  'Returns each accounting policy with its choices and a description for operators.';

create function farthing.refuse_bad_accounting(p_policies jsonb, p_now timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_policies) is distinct from 'array' or jsonb_array_length(p_policies) not between 1 and 20
  then
    perform farthing.fail('invalid_request', 'policies must be an array of 1 to 20 policies.', null,
      'policies');
  end if;
  select i.nr - 1 as index, c.field, c.rule into v_bad
  from (select e.nr, e.policy, count(*) over (partition by e.policy ->> 'name') as mentions
    from jsonb_array_elements(p_policies) with ordinality e (policy, nr)) i
  left join farthing.accounting_policy_list() l on l.setting = i.policy ->> 'name'
  cross join lateral (values
    (1, 'name', l.setting is not null and i.mentions = 1,
      'must be a policy from GET /settings/accounting, and appear only once in the list.'),
    (2, 'value', i.policy ->> 'value' = any (l.choices), 'must be ' || array_to_string(l.choices, ' or ')
      || '.')) c (nr, field, is_right, rule)
  where c.is_right is not true order by i.nr, c.nr limit 1;
  if v_bad.field is not null then
    perform farthing.fail('invalid_request', v_bad.field || ' ' || v_bad.rule, null,
      format('policies[%s].%s', v_bad.index, v_bad.field));
  end if;
  perform farthing.refuse_bad_beginnings(p_policies, 'policies', p_now);
end
$$;
comment on function farthing.refuse_bad_accounting(jsonb, timestamptz) is
  'Fails with invalid_request and names the field if a list of accounting policies cannot be applied.';

create function farthing.apply_accounting_policies(p_policies jsonb, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_changes jsonb;
begin
  perform farthing.refuse_bad_accounting(p_policies, p_now);
  with given as (
    select e.policy ->> 'name' as name, e.policy ->> 'value' as value,
      greatest(farthing.effective_from(e.policy), p_now) as effective_from,
      (select max(a.version) + 1 from farthing.accounting_policies a where a.name = e.policy ->> 'name')
        as version
    from jsonb_array_elements(p_policies) e (policy)
  ), added as (
    insert into farthing.accounting_policies (name, version, value, effective_from)
    select g.* from (select g.name, g.version, g.value, g.effective_from from given g) g
    where g.value <> (farthing.accounting_policy(g.name, g.effective_from)).value
    returning *
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'change', 'changed', 'version', a.version,
    'fields', jsonb_build_array(jsonb_build_object('field', 'value',
      'from', (farthing.accounting_policy(a.name, a.effective_from)).value, 'to', a.value))
      || farthing.beginning_field(a.effective_from, p_now)) order by a.name), '[]') into v_changes
  from added a;
  perform farthing.refuse_past_beginnings(p_policies, 'policies', 'name', v_changes, p_now);
  return jsonb_build_object('changes', v_changes,
    'unchanged', jsonb_array_length(p_policies) - jsonb_array_length(v_changes));
end
$$;
comment on function farthing.apply_accounting_policies(jsonb, timestamptz) is
  'Adds versions of accounting policies [{name, value, effective_from?}]. Returns {changes, unchanged}. '
  'Fails with invalid_request.';
