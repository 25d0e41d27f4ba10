-- Plain email addresses: only ASCII. Stripe's checkout page gets the buyer's address only if it is plain
-- (checkout/functions/session_buyer.sql). The shop's address for support must be plain, too.

create function farthing.is_plain_email(p_text text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_text ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$'
    and length(p_text) <= 254
$$;
comment on function farthing.is_plain_email(text) is
  'Returns whether a text is an email address that every service accepts: ASCII, with a domain of two '
  'parts or more.';
