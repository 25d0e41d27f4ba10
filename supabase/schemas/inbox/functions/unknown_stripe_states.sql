-- Unknown states of Stripe objects: they are accepted, recorded and reported by an alert.

create function farthing.note_unknown_state(p_kind text, p_state text, p_subject text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.unknown_states as u (kind, state, subject, first_seen_at, last_seen_at)
  values (p_kind, left(coalesce(p_state, 'none'), 64), p_subject, p_now, p_now)
  on conflict (kind, state) do update
  set subject = excluded.subject, last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at)
$$;
comment on function farthing.note_unknown_state(text, text, text, timestamptz) is
  'Records an unknown state of a Stripe object. The alert stripe_state_unknown reports it.';
