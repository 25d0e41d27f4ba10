-- The proof of chats and jobs, which are paid from holds (rules 7 and 9).

create function farthing.prove_chats()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 7, c.account_id, format('chat %s is %s, its hold is %s', c.hold_id, c.state, h.status)
  from farthing.chats c
  join farthing.holds h on h.account_id = c.account_id and h.hold_id = c.hold_id
  where (c.state = 'open') <> (h.status = 'open')
  union all
  -- If the hold of a settled chat was released before the usage arrived, the chat must have a usage
  -- event. prove_holds() checks the charges of settled holds.
  select 7, c.account_id, format('chat %s is settled and was not charged', c.hold_id)
  from farthing.chats c
  join farthing.holds h on h.account_id = c.account_id and h.hold_id = c.hold_id
  left join farthing.usage_events u on u.account_id = c.account_id and u.origin = 'chat'
    and u.event_id = c.hold_id::text
  where c.state = 'settled' and h.status <> 'settled' and u.event_id is null
  union all
  select 9, coalesce(c.account_id, e.account_id), format('chat %s: corrected by %s, refunded %s',
    coalesce(c.hold_id::text, e.hold_id), c.corrected, e.amount)
  from (select k.account_id, k.hold_id, k.corrected from farthing.chats k where k.corrected > 0) c
  full join (select n.account_id, n.reference_id as hold_id, sum(n.amount) as amount from farthing.entries n
    where n.reference_type = 'chat_correction' group by n.account_id, n.reference_id) e
    on e.account_id = c.account_id and e.hold_id = c.hold_id::text
  where c.corrected is distinct from e.amount;
end
$$;
comment on function farthing.prove_chats() is
  'Rules 7 and 9 for chats: a chat is open exactly as long as its hold is open, a settled chat was '
  'charged, and the refunds of an overcharged chat add up to its recorded correction.';

create function farthing.prove_jobs()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 7, j.account_id, format('job %s has ended as %s, its hold %s is open', j.job_id, j.status, j.hold_id)
  from farthing.jobs j join farthing.holds h on h.account_id = j.account_id and h.hold_id = j.hold_id
  where j.completed_at is not null and j.lease_expires_at is null and h.status = 'open'
  union all
  select 7, j.account_id, format('job %s is unfinished, and its hold %s is settled', j.job_id, j.hold_id)
  from farthing.jobs j join farthing.holds h on h.account_id = j.account_id and h.hold_id = j.hold_id
  where j.completed_at is null and h.status = 'settled' and h.settled < h.amount;
end
$$;
comment on function farthing.prove_jobs() is
  'Rule 7 for jobs: an ended job has no open hold, and an unfinished job still holds its remaining '
  'credits.';

create function farthing.prove_steps()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 9, j.account_id, format('job %s, step %s: cost %s, charged %s', j.job_id, c.step, c.credits,
    e.charged)
  from farthing.job_checkpoints c
  join farthing.jobs j on j.job_nr = c.job_nr
  cross join lateral (select coalesce(sum(n.amount), 0) as charged from farthing.entries n
    where n.account_id = j.account_id and n.seq between c.first_seq and c.last_seq
      and n.metadata ->> 'job_id' = j.job_id::text and n.metadata ->> 'step' = c.step) e
  where c.credits <> e.charged;
end
$$;
comment on function farthing.prove_steps() is
  'Rule 9 for jobs: the recorded cost of each step is the sum of its charges.';
