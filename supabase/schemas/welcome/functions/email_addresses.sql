-- One person's spellings of an email address are one address. Two people can share a normalised
-- address only at a host that treats + as any other character; the second one gets no free credits.

create function farthing.normalised_email(p_email text)
returns text
language sql immutable
set search_path = ''
as $$
  select case when e.domain in ('gmail.com', 'googlemail.com') then replace(e.name, '.', '') || '@gmail.com'
    else e.name || '@' || e.domain end
  from (select regexp_replace(substring(a from '^(.*)@'), '(?<=.)[+].*$', '') as name,
      rtrim(substring(a from '@([^@]*)$'), '.') as domain
    from lower(btrim(p_email)) a) e
$$;
comment on function farthing.normalised_email(text) is
  'Returns an address in lower case and without a +tag; Gmail ignores dots, too. Null without an @.';

create function farthing.email_hash(p_email text)
returns bytea
language sql stable
set search_path = ''
as $$
  -- Nested, so that a hash cannot be continued without the key.
  select sha256(k.key || sha256(k.key || convert_to(farthing.normalised_email(p_email), 'UTF8')))
  from farthing.welcome_keys k
$$;
comment on function farthing.email_hash(text) is 'Returns the keyed hash of a normalised address.';

create function farthing.is_blocked_domain(p_email text)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.welcome_blocked_domains b
    where b.domain in (select array_to_string(d.parts[nr:], '.')
      from string_to_array(substring(farthing.normalised_email(p_email) from '@([^@]*)$'), '.') d (parts),
        generate_subscripts(d.parts, 1) nr))
$$;
comment on function farthing.is_blocked_domain(text) is
  'Returns whether the address is of a blocked domain, or of a subdomain of one.';

create function farthing.set_blocked_domains(p_domains text[], p_reason text, p_author text default null)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  perform farthing.allow_change(p_author, p_reason);
  delete from farthing.welcome_blocked_domains where domain <> all (p_domains);
  insert into farthing.welcome_blocked_domains select distinct d from unnest(p_domains) d
  on conflict do nothing;
  select count(*) into v_count from farthing.welcome_blocked_domains;
  return v_count;
end
$$;
comment on function farthing.set_blocked_domains(text[], text, text) is
  'Replaces the list of domains without welcome credits, in lower case, and returns its length. The reason '
  'and the author are audited.';
