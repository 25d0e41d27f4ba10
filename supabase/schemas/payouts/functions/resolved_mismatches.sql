-- Differences that an operator resolved: reconciliation finds them again, and leaves them resolved
-- until our record or Stripe's record changes.

create function farthing.is_resolved_by_operator(p_kind text, p_subject text, p_payout_id text, p_ours text,
  p_theirs text)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.mismatches m
    where m.kind = p_kind and m.subject = p_subject and coalesce(m.payout_id, '') = coalesce(p_payout_id, '')
      and m.resolved_by is not null and (m.ours, m.theirs) is not distinct from (p_ours, p_theirs))
$$;
comment on function farthing.is_resolved_by_operator(text, text, text, text, text) is
  'Returns whether an operator resolved this difference, and neither our record (ours) nor '
  'Stripe''s (theirs) has changed since then. The difference stays resolved until one of these '
  'records changes.';
