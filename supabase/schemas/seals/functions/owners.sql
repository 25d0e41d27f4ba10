-- Hashes of owners. A hash lets us seal the owner of an account and still forget a deleted user.

create function farthing.owner_mark(p_salt uuid, p_account_id bigint, p_owner_id uuid)
returns bytea
language sql immutable
set search_path = ''
as $$
  select sha256(convert_to(concat_ws(' ', p_salt, p_account_id, p_owner_id), 'UTF8'))
$$;
comment on function farthing.owner_mark(uuid, bigint, uuid) is
  'Returns the hash of an account''s owner; p_owner_id may be null.';

create function farthing.mark_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_salt uuid := gen_random_uuid();
begin
  if tg_op = 'INSERT' then
    insert into farthing.owner_marks
    values (new.account_id, v_salt, farthing.owner_mark(v_salt, new.account_id, new.owner_id));
  else
    update farthing.owner_marks set salt = null where account_id = new.account_id;
  end if;
  return null;
end
$$;
comment on function farthing.mark_owner() is
  'Trigger: hashes the owner of a new account, and deletes the salt when the account loses its owner.';
