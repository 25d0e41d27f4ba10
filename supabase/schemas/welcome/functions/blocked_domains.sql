-- The list of email domains whose users get no welcome credits. Operators change the list by SQL or
-- by POST /settings/blocked-domains.

create function farthing.replace_blocked_domains(p_domains text[])
returns void
language sql
set search_path = ''
as $$
  delete from farthing.welcome_blocked_domains where domain <> all (p_domains);
  insert into farthing.welcome_blocked_domains select distinct d from unnest(p_domains) d order by d
  on conflict do nothing;
$$;
comment on function farthing.replace_blocked_domains(text[]) is
  'Replaces the list of blocked domains. The caller has locked the table and named the author.';

create function farthing.set_blocked_domains(p_domains text[], p_reason text, p_author text default null)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  -- The lock is needed because two lists that are written at once would become one list with the
  -- domains of both.
  lock table farthing.welcome_blocked_domains in share row exclusive mode;
  perform farthing.allow_change(p_author, p_reason);
  perform farthing.replace_blocked_domains(p_domains);
  select count(*) into v_count from farthing.welcome_blocked_domains;
  return v_count;
end
$$;
comment on function farthing.set_blocked_domains(text[], text, text) is
  'Replaces the list of email domains whose users get no welcome credits, and returns its length. '
  'The domains must be in lower case. The reason and the author are audited.';
