-- Different spellings of one person's email address are normalised to one address. A tag after a +
-- is removed, but some hosts treat + like any other character. At such a host two people can have
-- the same normalised address, and the second person then gets no welcome credits.

create function farthing.email_domain(p_email text)
returns text
language sql immutable
set search_path = ''
as $$
  select rtrim(substring(lower(btrim(p_email)) from '@([^@]*)$'), '.')
$$;
comment on function farthing.email_domain(text) is
  'Returns the domain of an address in lower case, but otherwise as it is written. '
  'normalised_email() replaces it by the main domain of its host. Null without an @.';

create function farthing.email_host(p_domain text, out host text, out ignored text, out kind text)
language sql immutable
set search_path = ''
as $$
  -- docs/decisions/welcome-credits.md has the sources of these rules.
  select h.host, h.ignored, h.kind
  from (values
    ('^(gmail|googlemail)[.]com$', 'gmail.com', '.', 'plain'),
    ('^(proton[.]me|protonmail[.](com|ch)|pm[.]me)$', 'proton.me', '.-_', 'plain'),
    ('^(icloud|me|mac)[.]com$', 'icloud.com', '', 'plain'),
    ('^(ya[.]ru|yandex[.](ru|com|by|kz|ua))$', 'yandex.ru', '', 'plain'),
    -- <anything>@<name>.fastmail.com is <name>@fastmail.com.
    ('^([^.]+[.])?fastmail[.](com|fm)$', substring(p_domain from 'fastmail[.][a-z]+$'), '', 'subdomain'),
    -- <name>-<keyword> is another address of the mailbox <name>. Yahoo Japan is left out, because
    -- it is another company.
    ('^yahoo[.]([a-z]{2,3}|(?!co[.]jp$)com?[.][a-z]{2})$', p_domain, '', 'keyword'),
    ('^(ymail|rocketmail)[.]com$', p_domain, '', 'keyword')) h (domains, host, ignored, kind)
  where p_domain ~ h.domains
$$;
comment on function farthing.email_host(text) is
  'Describes a host that has several addresses for one mailbox: its main domain (host), the characters '
  'that it ignores in a name (ignored), and how an address contains the name (kind: plain, subdomain or '
  'keyword). Null for other hosts.';

create function farthing.normalised_email(p_email text)
returns text
language sql immutable
set search_path = ''
as $$
  select coalesce(nullif(translate(n.name, h.ignored, ''), ''), e.name) || '@' || coalesce(h.host, e.domain)
  from (select regexp_replace(substring(a from '^(.*)@'), '(?<=.)[+].*$', '') as name,
      farthing.email_domain(a) as domain
    from lower(btrim(p_email)) a) e
  left join farthing.email_host(e.domain) h on true
  -- Names at Fastmail may contain _ but not -. A domain cannot contain _, so the subdomain has -
  -- instead.
  cross join lateral (select case h.kind
    when 'subdomain' then coalesce(replace(substring(e.domain from '^([^.]+)[.][^.]+[.]'), '-', '_'), e.name)
    when 'keyword' then regexp_replace(e.name, '(?<=.)-.*$', '')
    else e.name end as name) n
$$;
comment on function farthing.normalised_email(text) is
  'Returns the one form that all spellings of an address share: in lower case, without a +tag, without the '
  'characters that its host ignores, and at the host''s main domain. Null without an @.';

create function farthing.email_hash(p_email text)
returns bytea
language sql stable
set search_path = ''
as $$
  -- The hash is nested (a hash of a hash), so that a length extension attack fails.
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
      from unnest(array[p_email, farthing.normalised_email(p_email)]) a (email),
        string_to_array(farthing.email_domain(a.email), '.') d (parts), generate_subscripts(d.parts, 1) nr))
$$;
comment on function farthing.is_blocked_domain(text) is
  'Returns whether the domain of an address, or one of its parent domains, is blocked. Checks both the '
  'domain as it is written and the main domain of its host (proton.me for pm.me).';
