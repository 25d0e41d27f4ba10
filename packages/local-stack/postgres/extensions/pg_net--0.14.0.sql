-- Emulator of pg_net for a server without the compiled extension: the same schema, tables and
-- signatures. A request is queued in the caller's transaction; the stack sends it after the commit.

create schema net;

create sequence net.http_request_queue_id_seq;

create table net.http_request_queue (
  id bigint not null primary key default nextval('net.http_request_queue_id_seq'),
  method text not null constraint http_request_queue_method check (method in ('GET', 'POST', 'DELETE')),
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code int,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);
create index on net._http_response (created);

create function net._urlencode_string(string varchar) returns text
language sql immutable strict set search_path = pg_catalog, pg_temp as $$
  select coalesce(string_agg(
    case
      when octet_length(ch) > 1 or ch !~ '[A-Za-z0-9_.~-]'
        then regexp_replace(upper(encode(convert_to(ch, 'utf-8'), 'hex')), '(..)', '%\1', 'g')
      else ch
    end, '' order by n), '')
  from regexp_split_to_table(string, '') with ordinality as t(ch, n)
  where ch <> ''
$$;

-- Queues a request. The notification wakes the sender only if the caller's transaction commits.
create function net._enqueue(p_method text, p_url text, p_params jsonb, p_headers jsonb, p_body bytea,
  p_timeout_milliseconds int) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id bigint;
  v_query text;
begin
  if p_url !~* '^[a-z][a-z0-9+.-]*://[^[:space:]/]+' then
    raise exception 'invalid URL "%"', p_url;
  end if;
  select string_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value), '&')
    into v_query from jsonb_each_text(coalesce(p_params, '{}'));
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (p_method,
          p_url || case when v_query is null then '' when position('?' in p_url) > 0 then '&' || v_query
                        else '?' || v_query end,
          p_headers, p_body, p_timeout_milliseconds)
  returning id into v_id;
  perform pg_notify('net_http_request_queue', v_id::text);
  return v_id;
end;
$$;

create function net.http_get(url text, params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb, timeout_milliseconds int default 5000) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select net._enqueue('GET', url, params, headers, null, timeout_milliseconds)
$$;

create function net.http_delete(url text, params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb, timeout_milliseconds int default 5000, body jsonb default null)
returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select net._enqueue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds)
$$;

create function net.http_post(url text, body jsonb default '{}'::jsonb,
  params jsonb default '{}'::jsonb, headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
  timeout_milliseconds int default 5000) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_type text;
begin
  select value into v_type
    from jsonb_each_text(coalesce(headers, '{}')) where lower(key) = 'content-type' limit 1;
  if v_type is null then
    headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}'::jsonb;
  elsif split_part(lower(v_type), ';', 1) <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return net._enqueue('POST', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);
end;
$$;

-- pg_net has granted these rights since version 0.12: every role may send requests, and may read
-- the queued requests with their headers.
grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;
