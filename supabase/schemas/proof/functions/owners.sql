-- The proof of owners: a user's account belongs to the user who opened it, and rows of other tables
-- belong to existing accounts.

create function farthing.prove_marks()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 19, a.account_id, 'the owner is not the one who opened the account'
  from farthing.accounts a left join farthing.owner_marks m on m.account_id = a.account_id
  where a.left_at is null
    and m.mark is distinct from sha256(convert_to(concat_ws(' ', m.salt, a.account_id, a.owner_id), 'UTF8'))
  union all
  select 16, a.account_id, 'the mark of the account can still be linked to its deleted owner'
  from farthing.accounts a join farthing.owner_marks m on m.account_id = a.account_id
  where a.left_at is not null and m.salt is not null
  union all
  select 16, a.account_id, format('the %s''s account has %s owner and was %s', a.kind,
    case when a.owner_id is null then 'no' else 'an' end,
    case when a.left_at is null then 'not left' else 'left' end)
  from farthing.accounts a
  where case a.kind when 'user' then num_nonnulls(a.owner_id, a.left_at) <> 1
      else a.owner_id is not null end
    or not isfinite(a.left_at)
  union all
  select 16, a.account_id, 'the owner is gone, and left_at is not set'
  from farthing.accounts a
  where a.owner_id is not null and not exists (select from auth.users u where u.id = a.owner_id);
end
$$;
comment on function farthing.prove_marks() is
  'Rules 19 and 16: an account belongs to the user who opened it, and no longer names that user after the '
  'user is deleted.';

create function farthing.prove_owners()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 3, t.account_id, t.name || ' without an account'
  from (
    select 'refunds' as name, x.account_id from farthing.refunds x
    union all select 'disputes' as name, x.account_id from farthing.disputes x
    union all select 'dispute_movements' as name, x.account_id from farthing.dispute_movements x
    union all select 'fraud_warnings' as name, x.account_id from farthing.fraud_warnings x
    union all select 'card_uses' as name, x.account_id from farthing.card_uses x
    union all select 'fraud_decisions' as name, x.account_id from farthing.fraud_decisions x
    union all select 'notifications' as name, x.account_id from farthing.notifications x
      where x.recipient = 'owner'
    union all select 'spending' as name, x.account_id from farthing.spending x
    union all select 'customers' as name, x.account_id from farthing.customers x
    union all select 'top_ups' as name, x.account_id from farthing.top_ups x
    union all select 'bookings' as name, x.account_id from farthing.bookings x
    union all select 'booking_transfers' as name, x.account_id from farthing.booking_transfers x
  ) t
  where not exists (select from farthing.accounts a where a.account_id = t.account_id)
  group by t.name, t.account_id;
end
$$;
comment on function farthing.prove_owners() is
  'Rule 3: rows of tables outside the ledger belong to an existing account. No foreign key enforces '
  'that.';
