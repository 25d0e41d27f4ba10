-- Test and live money never mix: the first Stripe event fixes the mode of the database. Before the
-- first event the mode is unset, because no payment has been made yet.

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
      'The Stripe key or event is not in the mode of the database, test or live. Use the key and '
      'webhook secret of the mode in details.database.',
      jsonb_build_object('database', case when v_livemode then 'live' else 'test' end));
  end if;
  return v_livemode;
end
$$;
comment on function farthing.require_mode(boolean) is
  'Returns this database''s mode, null before the first event. Fails with mode_mismatch if '
  'p_livemode differs from it.';

create function farthing.keep_mode()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Only the event that fixes the mode locks the policy's row.
  if (select livemode is null from farthing.policy) then
    perform farthing.allow_change('stripe:' || new.event_id, 'the mode of the first event');
    update farthing.policy set livemode = new.livemode where livemode is null;
  end if;
  perform farthing.require_mode(new.livemode);
  return new;
end
$$;
comment on function farthing.keep_mode() is
  'Trigger: the first event fixes the mode of this database, test or live; an event of the other mode is '
  'refused.';
