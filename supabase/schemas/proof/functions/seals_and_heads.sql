-- The proof of seals and heads (rules 14 and 19).

create function farthing.prove_seals()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
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
  -- Entries are sealed each minute, so an entry an hour older than the newest head must have a
  -- seal.
  select 14, a.account_id, format('seq %s was written at %s and is not sealed', e.seq, e.created_at)
  from farthing.accounts a
  left join sealed s on s.account_id = a.account_id
  join farthing.entries e on e.account_id = a.account_id and e.seq = coalesce(s.seq, 0) + 1
  where e.created_at < (select max(h.made_at) from farthing.heads h) - interval '1 hour';
end
$$;
comment on function farthing.prove_seals() is
  'Rule 14: the sums of sealed entries agree with the entries, and every entry that is an hour older '
  'than the last head has a seal.';

create function farthing.prove_heads()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
declare
  v_head farthing.heads;
  v_before farthing.heads;
  v_found record;
begin
  for v_head in select * from farthing.heads h order by h.head_nr loop
    if v_head.head_nr <> coalesce(v_before.head_nr, 0) + 1 then
      return query select 14, null::bigint, format('head %s follows %s', v_head.head_nr,
        coalesce(v_before.head_nr, 0));
    elsif v_head.hash <> farthing.head_hash(coalesce(v_before.hash, ''), v_head) then
      return query select 14, null::bigint, format('head %s is not the one that was made', v_head.head_nr);
    elsif v_head.audit_hash <> farthing.audit_hash(coalesce(v_before.audit_hash, ''),
        coalesce(v_before.audit_nr, 0), v_head.audit_nr) then
      return query select 19, null::bigint, format('the audit up to row %s is not the one of head %s',
        v_head.audit_nr, v_head.head_nr);
    end if;
    v_before := v_head;
  end loop;
  if v_before.head_nr is null then
    return;
  end if;
  select * into v_found from farthing.head_root(v_before.head_nr);
  if (v_found.o_accounts, v_found.o_entries, v_found.o_root) is distinct from
    (v_before.accounts, v_before.entries, v_before.root) then
    return query select 14, null::bigint, format('head %s covers %s entries of %s accounts, there are %s of '
      '%s, or others', v_before.head_nr, v_before.entries, v_before.accounts, v_found.o_entries,
      v_found.o_accounts);
  end if;
end
$$;
comment on function farthing.prove_heads() is
  'Rules 14 and 19: each head follows from the head before it, the audit rows agree with the heads, and '
  'the seals agree with the last head. Only a head stored outside the database shows that somebody '
  'recomputed all heads.';
