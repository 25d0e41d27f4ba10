-- Texts that identify a person, masked for logs and lists.

create function farthing.masked_email(p_email text)
returns text
language sql immutable
set search_path = ''
as $$
  select regexp_replace(p_email, '^(.?).*@', '\1***@')
$$;
comment on function farthing.masked_email(text) is
  'Returns the first character of an email address, three asterisks and the domain.';

create function farthing.masked_query(p_query text)
returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_query like '%@%' then left(farthing.masked_email(p_query), 255)
    -- Not masked: a UUID, an id at Stripe, or an account's number of up to 8 digits. A longer
    -- number may be a phone number.
    when p_query ~* '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,8}|[a-z]{2,}_[a-z0-9_]+)$'
      then left(p_query, 255)
    else left(p_query, 1) || '***' end
$$;
comment on function farthing.masked_query(text) is
  'Masks the text of a search for the log of reads. An id stays as it is, an email address keeps its '
  'first character and its domain, and any other text keeps only its first character.';
