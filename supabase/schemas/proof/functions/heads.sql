-- The proof of heads: each is the hash of the ledger at its time.

create function farthing.prove_heads()
returns table (rule int, account_id bigint, detail text)
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
  'Rules 14 and 19: each head follows from the one before, the audit from the heads, and the last head '
  'from the seals. A head stored outside shows if somebody recomputed all of them.';
