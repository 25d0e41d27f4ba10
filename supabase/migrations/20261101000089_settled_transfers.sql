-- Moves of a provider's share that nobody knows of, or that a person made after Stripe had refused them.
-- Why not by hand: what is uncertain counts as moved, so that nothing is paid twice. Whoever says what
-- happened has the rest brought to it in the same transaction, and stands in the audit with their reason.

create function farthing.settle_transfer(
  p_move_id uuid, p_stripe_id text, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(
    (select booking_id from farthing.booking_transfers where move_id = p_move_id));
  v_before farthing.booking_transfers;
  v_after farthing.booking_transfers;
begin
  select * into v_before from farthing.booking_transfers where move_id = p_move_id for update;
  if v_before.status is null or not (v_before.status = 'uncertain'
      or v_before.status = 'refused' and p_stripe_id is not null) then
    perform farthing.fail('invalid_request', 'Only a move that is uncertain is settled, or one that was '
      'refused and is made by now.',
      jsonb_build_object('status', v_before.status), 'p_move_id');
  end if;
  if p_stripe_id !~ (case v_before.kind when 'reversal' then '^trr_' else '^tr_' end) then
    perform farthing.fail('invalid_request', 'Name the id of the transfer (tr_…), or of the reversal '
      '(trr_…). Leave it null where Stripe made none.', null, 'p_stripe_id');
  end if;
  if coalesce(p_reason, '') = '' then
    perform farthing.fail('invalid_request', 'Say how you know what happened.', null, 'p_reason');
  end if;
  update farthing.booking_transfers set status = case when p_stripe_id is null then 'refused' else 'made' end,
    stripe_id = p_stripe_id, updated_at = p_now
  where account_id = v_before.account_id and move_id = p_move_id
  returning * into v_after;
  if p_stripe_id is null then
    -- What was not transferred was not reversed.
    update farthing.booking_transfers set status = 'refused', next_attempt_at = null, updated_at = p_now
    where account_id = v_before.account_id and reverses = p_move_id and status in ('requested', 'uncertain');
  end if;
  delete from farthing.parked_items where task = 'payment_runner' and item_kind = 'transfer'
    and item_id in (select t.move_id::text from farthing.booking_transfers t
      where t.account_id = v_before.account_id and t.booking_id = v_before.booking_id
        and t.status <> 'uncertain' and p_move_id in (t.move_id, t.reverses));
  insert into farthing.audit (changed_at, author, reason, table_name, row_key, before, after)
  values (p_now, coalesce(p_author, 'sql:' || session_user), p_reason, 'booking_transfers',
    farthing.pick(to_jsonb(v_before), '{account_id, move_id}'),
    farthing.pick(to_jsonb(v_before), '{status, stripe_id}'),
    farthing.pick(to_jsonb(v_after), '{status, stripe_id}'));
  perform farthing.net_transfers(v_booking, p_now);
end
$$;
comment on function farthing.settle_transfer(uuid, text, text, text, timestamptz) is
  'Says what became of a move that is uncertain or was refused: made under this id of Stripe''s, or, where '
  'that is null, not at all. What is due then is set down anew. For operators at an SQL prompt; the audit '
  'has who and why. Fails invalid_request.';
