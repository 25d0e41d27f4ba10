-- What the request that is being served says of itself, read where nobody hands it down.
-- Why: a door is told its correlation id, but a purchase is granted by an event, a dispute takes back, a
-- top-up pays in, and none of them has an argument for it. The data API leaves the headers of each request in
-- the setting request.headers, and the pooled connection does the same for its one call; an entry that
-- comes without a correlation id takes the trace from there. Read only where none was given, so a debit
-- pays nothing for it. No locks; no table is touched.

create function farthing.request_header(p_name text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_headers text := current_setting('request.headers', true);
begin
  -- Of most work there is no request: the clock's, a script's.
  if coalesce(v_headers, '') = '' then
    return null;
  end if;
  return v_headers::jsonb ->> lower(p_name);
exception when data_exception or statement_too_complex then
  return null; -- whoever may call may set anything; what is no JSON says nothing
end
$$;
comment on function farthing.request_header(text) is
  'A header of the request in whose name this transaction runs, by its name; null where there is none, or '
  'where what stands there cannot be read.';

create function farthing.trace_id()
returns text
language sql stable
set search_path = ''
as $$
  select nullif(substring(farthing.request_header('traceparent')
    from '^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)'), repeat('0', 32))
$$;
comment on function farthing.trace_id() is
  'The W3C trace, 32 hex digits, of the request in whose name this transaction runs; null where there is '
  'none. Entries that are given no correlation id take it.';
