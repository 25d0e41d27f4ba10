-- The proof of authors (rule 18): every entry has an author who is allowed to write it.

create view farthing.author_problems with (security_invoker = true) as
select e.account_id, e.seq, format('seq %s: %s %s', e.seq, e.author, case
    when e.kind in ('promotion', 'adjustment') and (e.author = 'owner' or e.author like 'operator:_%')
    then 'granted to themselves'
    when e.kind in ('promotion', 'adjustment') and (e.author like 'stripe:_%' or e.author like 'task:_%')
    then 'cannot grant'
    when e.author like 'stripe:_%' then 'is no event in the inbox'
    else 'is not a valid author' end) as detail
from farthing.entries e
where e.author <> 'owner' and (split_part(e.author, ':', 2) = ''
    or split_part(e.author, ':', 1) not in ('operator', 'key', 'stripe', 'task', 'sql'))
  or e.author like 'stripe:%' and not exists (select from farthing.inbox i
    where i.event_id = substr(e.author, 8))
  or e.kind in ('promotion', 'adjustment')
    -- The refund of an overcharged chat has the same author as the chat, so it looks like a grant
    -- to oneself. It is allowed, and prove_chats() checks its amount.
    and e.reference_type is distinct from 'chat_correction'
    and (e.author in ('owner', 'operator:' || (select a.owner_id from farthing.accounts a
        where a.account_id = e.account_id))
      or split_part(e.author, ':', 1) in ('stripe', 'task'))
    -- A grant by the task grant_welcome_credits is valid if a request for welcome credits names the
    -- lot and the amount of the grant.
    and not (e.author = 'task:grant_welcome_credits' and e.kind = 'promotion'
      and exists (select from farthing.welcome_grants w where w.account_id = e.account_id
        and w.lot_id = e.lot_id and w.amount = e.amount and w.status = 'granted'));
comment on view farthing.author_problems is
  'Entries without a valid author, entries of an event that is not in the inbox, grants to oneself, and '
  'grants by Stripe or a scheduled task. Grants of welcome credits and corrections of chats are allowed. '
  'This is a view, so that both the whole and the incremental proof can filter it.';

create function farthing.prove_authors()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 18, p.account_id, p.detail from farthing.author_problems p
  union all
  select 18, g.account_id, format('grant %s of %s by %s: its entry says %s by %s', g.grant_id,
    trim_scale(g.amount), g.author, coalesce(trim_scale(e.amount)::text, 'nothing'), e.author)
  from farthing.grants g
  left join farthing.entries e on e.account_id = g.account_id and e.lot_id = g.lot_id and e.direction = 'in'
    and e.kind = farthing.grant_kind(g.source)
  where (g.status = 'granted' and (e.amount, e.author::text) is distinct from (g.amount, g.author::text))
    or (g.status <> 'granted' and e.seq is not null)
  union all
  select 9, r.account_id, format('%s %s: entries %s to %s are not its own', r.movement, r.reference_id,
    r.first_seq, r.last_seq)
  from farthing.used_references r
  left join farthing.entries e on e.account_id = r.account_id and e.seq between r.first_seq and r.last_seq
    and e.reference_id = r.reference_id
    and (e.kind = 'debit') = (r.movement = 'debit') and e.kind in ('debit', 'promotion', 'adjustment')
  group by r.account_id, r.movement, r.reference_id
  having count(e.seq) <> r.last_seq - r.first_seq + 1 or count(distinct e.transaction_id) <> 1;
end
$$;
comment on function farthing.prove_authors() is
  'Rules 18 and 9: each entry has a valid author, nobody grants to themselves, each grant agrees with its '
  'entry, and each reference of a debit or grant moved credits only once.';
