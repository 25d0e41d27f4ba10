-- The headers of the current request. Endpoints pass a correlation id, but some functions have no
-- argument for it: the grant of a purchase, the clawback of a dispute and a top-up. The data API
-- puts a request's headers into the setting request.headers, and so does a call over the pooled
-- connection. If an entry has no correlation id, the request's trace id is read from that setting
-- and stored instead. A debit has a correlation id, so it does not read the setting. The functions
-- of this file take no locks and read no table.

create function farthing.request_header(p_name text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_headers text := current_setting('request.headers', true);
begin
  -- Scheduled tasks and scripts have no request.
  if coalesce(v_headers, '') = '' then
    return null;
  end if;
  return v_headers::jsonb ->> lower(p_name);
exception when data_exception or statement_too_complex then
  return null; -- a caller may set any text as this setting, and invalid JSON counts as no header
end
$$;
comment on function farthing.request_header(text) is
  'Returns a header of the request that this transaction serves; null if there is no request, no such '
  'header or invalid JSON.';

create function farthing.trace_id()
returns text
language sql stable
set search_path = ''
as $$
  select nullif(substring(farthing.request_header('traceparent')
    from '^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)'), repeat('0', 32))
$$;
comment on function farthing.trace_id() is
  'Returns the W3C trace id (32 hex digits) of the request that this transaction serves; null if there '
  'is none. Entries without a correlation id take the trace id.';
