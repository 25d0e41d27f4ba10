-- Test and live money never meet: a database has one mode, that of the first event it took.
-- Why by the first event: until one has come, nothing was ever paid here.

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
  'This database''s mode, null while no event has come. Fails mode_mismatch where Stripe''s is another.';

create function farthing.keep_mode()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The row is locked only by the event that fixes it.
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
