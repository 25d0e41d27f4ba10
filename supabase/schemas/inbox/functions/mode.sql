-- Test and live money never meet: a database has one mode, that of the first event it took.
-- Why by the first event: until one has come, nothing was ever paid here.

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
  perform farthing_public.mode_check(new.livemode);
  return new;
end
$$;
comment on function farthing.keep_mode() is
  'The first event fixes whether the money here is test or live; an event of the other mode is refused.';
