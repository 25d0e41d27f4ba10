-- The version of an accounting policy that applies at a given time.

create function farthing.accounting_policy(p_name text, p_now timestamptz)
returns farthing.accounting_policies
language plpgsql stable
set search_path = ''
as $$
begin
  return (select p from farthing.accounting_policies p where p.name = p_name and p.effective_from <= p_now
    order by p.effective_from desc, p.version desc limit 1);
end
$$;
comment on function farthing.accounting_policy(text, timestamptz) is
  'Returns the version of the accounting policy p_name that applies at p_now.';
