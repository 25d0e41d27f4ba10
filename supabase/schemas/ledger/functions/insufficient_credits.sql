-- The error insufficient_credits (402): the balance is too low for a charge or a hold. Its details
-- are the required and the available credits, and `limit`, which is always the word `balance`. A
-- spend cap has another error: caps/functions.sql.

create function farthing.refuse_short(p_required numeric, p_available numeric)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  perform farthing.fail('insufficient_credits',
    'Not enough credits are available. Buy credits, or send a smaller request.',
    jsonb_build_object('limit', 'balance', 'required', trim_scale(p_required)::text,
      'available', trim_scale(p_available)::text));
end
$$;
comment on function farthing.refuse_short(numeric, numeric) is
  'Rule 6: fails with insufficient_credits; details name the limit, the required credits and the available '
  'credits.';
