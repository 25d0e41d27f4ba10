-- Test and live money never mix: a database has one mode, that of its first event. Why the first event:
-- before it, nothing was ever paid here.

create function farthing.require_mode(p_livemode boolean)
returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  v_livemode boolean := (select livemode from farthing.policy);
begin
  if v_livemode <> p_livemode then
    perform farthing.fail('mode_mismatch',
      'Test and live mode do not match. Use Stripe''s key and webhook secret of one mode.',
      jsonb_build_object('database', case when v_livemode then 'live' else 'test' end));
  end if;
  return v_livemode;
end
$$;
comment on function farthing.require_mode(boolean) is
  'This database''s mode, null before the first event. Fails mode_mismatch if Stripe''s differs.';

create function farthing.keep_mode()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Only the event that fixes the mode locks the row.
  if (select livemode is null from farthing.policy) then
    perform farthing.allow_change('stripe:' || new.event_id, 'the mode of the first event');
    update farthing.policy set livemode = new.livemode where livemode is null;
  end if;
  perform farthing.require_mode(new.livemode);
  return new;
end
$$;
comment on function farthing.keep_mode() is
  'The first event fixes whether the money here is test or live; an event of the other mode is refused.';
