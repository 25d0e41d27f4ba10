-- The headers of the current request, for functions that get no correlation id as an argument. Why:
-- endpoints pass one, but an event grants a purchase, a dispute claws back, a top-up pays in, and these
-- have no argument for it. The data API puts the headers of each request into the setting request.headers,
-- and the pooled connection does the same for its one call; an entry without a correlation id takes the
-- trace from there. It is read only if none was given, so a debit pays nothing for it. No locks; no table
-- is read.

create function farthing.request_header(p_name text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_headers text := current_setting('request.headers', true);
begin
  -- Most work has no request: scheduled tasks, scripts.
  if coalesce(v_headers, '') = '' then
    return null;
  end if;
  return v_headers::jsonb ->> lower(p_name);
exception when data_exception or statement_too_complex then
  return null; -- a caller may set any text here; invalid JSON is ignored
end
$$;
comment on function farthing.request_header(text) is
  'A header, by name, of the request that this transaction serves; null if there is none or it cannot be '
  'read.';

create function farthing.trace_id()
returns text
language sql stable
set search_path = ''
as $$
  select nullif(substring(farthing.request_header('traceparent')
    from '^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)'), repeat('0', 32))
$$;
comment on function farthing.trace_id() is
  'The W3C trace, 32 hex digits, of the request that this transaction serves; null if there is none. '
  'Entries without a correlation id take it.';
