-- The proof: data that decides about money is unchanged since it was written (rules 2, 14 and 19).

create function farthing.prove_guards()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 2, null::bigint, format('trigger %s of %s is missing, or does not fire always', g.trigger_name,
    g.table_name)
  from farthing.guards g
  where not exists (select from pg_catalog.pg_trigger t
    where t.tgrelid = to_regclass(format('farthing.%I', g.table_name)) and t.tgname = g.trigger_name
      and t.tgenabled = 'A')
$$;
comment on function farthing.prove_guards() is
  'Rule 2: the triggers that refuse or audit changes exist and are enabled.';

create function farthing.audit_problems(p_audited farthing.audited)
returns setof text
language plpgsql stable
set search_path = ''
set timezone = 'UTC' set intervalstyle = 'postgres' -- as write_audit() has them
as $$
begin
  return query execute format($sql$
    select format('%1$s %%s is not what its last audit row says', l.row_key)
    from (select distinct on (a.row_key) a.row_key, a.after from farthing.audit a
      where a.table_name = %1$L order by a.row_key, a.audit_nr desc) l
    cross join lateral jsonb_populate_record(null::farthing.%1$I, l.row_key) k
    left join farthing.%1$I t on (%2$s) = (%3$s)
    where case when l.after is null then to_jsonb(t) is not null
      else (to_jsonb(t) @> l.after) is not true end
    union all
    select format('%1$s %%s has no audit row', %4$s)
    from farthing.%1$I t
    where %5$s and not exists (select from farthing.audit a
      where a.table_name = %1$L and a.row_key = %4$s)$sql$,
    p_audited.table_name, farthing.listed(p_audited.key_columns, 't'),
    farthing.listed(p_audited.key_columns, 'k'),
    -- The same key as pick() would make, without a call for each row.
    (select format('jsonb_build_object(%s)', string_agg(format('%1$L, t.%1$I', c), ', '))
      from unnest(p_audited.key_columns) c),
    -- An account begins without a cap, and without a row.
    case when p_audited.has_rows then 'true' else format('num_nonnulls(%s) > 0',
      farthing.listed(p_audited.columns, 't')) end);
end
$$;
comment on function farthing.audit_problems(farthing.audited) is
  'Rows of one audited table that differ from their last audit row.';

create function farthing.prove_audit()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 19, null::bigint, p.detail
  from farthing.audited a cross join lateral farthing.audit_problems(a) p (detail)
  order by a.table_name
$$;
comment on function farthing.prove_audit() is
  'Rule 19: policy, caps, rates, packages, alert rules and tasks agree with their last audit rows.';

create function farthing.prove_marks()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 19, a.account_id, 'the owner is not the one who opened the account'
  from farthing.accounts a left join farthing.owner_marks m on m.account_id = a.account_id
  where a.left_at is null
    and m.mark is distinct from sha256(convert_to(concat_ws(' ', m.salt, a.account_id, a.owner_id), 'UTF8'))
  union all
  select 16, a.account_id, 'the mark of the account can still be linked to its deleted owner'
  from farthing.accounts a join farthing.owner_marks m on m.account_id = a.account_id
  where a.left_at is not null and m.salt is not null
  union all
  select 16, a.account_id, format('the %s''s account has %s owner and was %s', a.kind,
    case when a.owner_id is null then 'no' else 'an' end,
    case when a.left_at is null then 'not left' else 'left' end)
  from farthing.accounts a
  where case a.kind when 'user' then num_nonnulls(a.owner_id, a.left_at) <> 1
      else a.owner_id is not null end
    or not isfinite(a.left_at)
  union all
  select 16, a.account_id, 'the owner is gone, and left_at is not set'
  from farthing.accounts a
  where a.owner_id is not null and not exists (select from auth.users u where u.id = a.owner_id)
$$;
comment on function farthing.prove_marks() is
  'Rules 19 and 16: an account belongs to the user who opened it, and does not name them any more once '
  'they are deleted.';

create function farthing.prove_seals()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with sealed as (
    select s.account_id, max(s.seq) as seq from farthing.entry_seals s group by s.account_id
  ), sums as (
    select e.counterparty, e.direction, e.kind, count(*) as entries, sum(e.amount) as amount
    from farthing.entries e join sealed s on s.account_id = e.account_id and e.seq <= s.seq
    group by e.counterparty, e.direction, e.kind
  )
  select 14, null::bigint, format('%s %s %s: %s entries of %s are sealed, %s of %s are summed up',
    coalesce(s.counterparty, t.counterparty), coalesce(s.direction, t.direction), coalesce(s.kind, t.kind),
    coalesce(s.entries, 0), coalesce(s.amount, 0), coalesce(t.entries, 0), coalesce(t.amount, 0))
  from sums s full join farthing.entry_sums t
    on t.counterparty = s.counterparty and t.direction = s.direction and t.kind = s.kind
  where (s.entries, s.amount) is distinct from (t.entries, t.amount)
  union all
  -- Sealing runs each minute; a head has the time up to which it did.
  select 14, a.account_id, format('seq %s was written at %s and is not sealed', e.seq, e.created_at)
  from farthing.accounts a
  left join sealed s on s.account_id = a.account_id
  join farthing.entries e on e.account_id = a.account_id and e.seq = coalesce(s.seq, 0) + 1
  where e.created_at < (select max(h.made_at) from farthing.heads h) - interval '1 hour'
$$;
comment on function farthing.prove_seals() is
  'Rule 14: the sums of sealed entries are those of the entries, and none of an hour before the last head is '
  'without a seal.';
