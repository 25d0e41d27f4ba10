-- The database wakes runners: it calls Edge Functions through pg_net, with the secret key from
-- Vault.

create function farthing.wake(p_function text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- The timeout needs to be only long enough to deliver the request, because the runner continues
  -- after pg_net has stopped waiting.
  c_timeout_ms constant int := 5000;
  v_url text;
  v_key text;
begin
  if to_regclass('vault.decrypted_secrets') is null
    or to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is null then
    return false;
  end if;
  execute $sql$
    select max(decrypted_secret) filter (where name = 'farthing_functions_url'),
      max(decrypted_secret) filter (where name = 'farthing_secret_key')
    from vault.decrypted_secrets where name in ('farthing_functions_url', 'farthing_secret_key')
  $sql$ into v_url, v_key;
  if v_url is null or v_key is null then
    return false;
  end if;
  execute 'select net.http_post(url := $1, body := $2, headers := $3, timeout_milliseconds := $4)'
    using v_url || '/' || p_function, '{}'::jsonb,
      jsonb_strip_nulls(jsonb_build_object('content-type', 'application/json', 'apikey', v_key,
        'traceparent', farthing.request_header('traceparent'))), c_timeout_ms;
  return true;
exception when others then
  -- An error here is only logged, because a scheduled task wakes the runner within a minute anyway.
  raise warning 'farthing: no runner was woken: %', sqlerrm;
  return false;
end
$$;
comment on function farthing.wake(text) is
  'Queues a request POST /<p_function>, in the trace of the current request; pg_net sends it after the '
  'commit. Returns true if the request was queued. The URL and the key are Vault''s '
  'farthing_functions_url and farthing_secret_key.';
