-- Accounts of deleted users: the accounts stay for the records, and their credits go to breakage.

create function farthing.close_lots(p_account_id bigint, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_lot farthing.lots;
begin
  for v_lot in
    select * from farthing.lots where account_id = p_account_id and closed_at is null order by created_at,
      lot_id
  loop
    perform farthing.close_lot(v_lot, 'account_closed', p_author, p_now);
  end loop;
end
$$;
comment on function farthing.close_lots(bigint, text, timestamptz) is
  'Closes all lots of a deleted user''s account; their free credits go to breakage. The caller has '
  'locked the account.';

create function farthing.close_lots_if_deleted(p_account_id bigint, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if (select left_at is not null from farthing.accounts where account_id = p_account_id) then
    perform farthing.close_lots(p_account_id, p_author, p_now);
  end if;
end
$$;
comment on function farthing.close_lots_if_deleted(bigint, text, timestamptz) is
  'Rule 16: the account of a deleted user keeps no lots, so credits that it receives later (from a '
  'paid order or a reversed clawback) go to breakage at once. The caller has locked the account.';

create function farthing.note_leaving()
returns trigger
language plpgsql security definer -- runs inside Auth's delete, whose role has no rights here
set search_path = pg_catalog, pg_temp
as $$
begin
  -- now() is used because Auth's delete passes no time. The triggers on left_at run with the rights
  -- of this function.
  update farthing.accounts set left_at = now() where account_id = new.account_id;
  return null;
end
$$;
comment on function farthing.note_leaving() is
  'Trigger: sets left_at after the foreign key has set the owner of an account to null.';

create function farthing.close_account()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_hold_id uuid;
begin
  for v_hold_id in select hold_id from farthing.holds where account_id = new.account_id
    and status = 'open' loop
    perform farthing.free_hold(new.account_id, v_hold_id);
    update farthing.holds set status = 'released', resolved_at = now()
    where account_id = new.account_id and hold_id = v_hold_id;
  end loop;
  perform farthing.forget_private_answers(new.account_id);
  perform farthing.pay_debt(new.account_id, now());
  -- The author is the role of the session. If Auth deleted the user, that is Auth's own role, so
  -- the entry does not show whether the user or an operator requested the deletion.
  perform farthing.close_lots(new.account_id, 'sql:' || session_user, now());
  return null;
end
$$;
comment on function farthing.close_account() is
  'Trigger, rule 16: deleting a user deletes no entry. The account stays. Its open holds are '
  'released, and its stored answers of the API are deleted. Its lots are closed, and their credits '
  'go to breakage.';
