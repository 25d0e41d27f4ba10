-- Operators list, add and remove blocks.

create function farthing_public.fraud_blocks_list(p_before text default null, p_limit int default 20,
  p_user_id uuid default null, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  v_account_id bigint := case when p_user_id is not null then
    farthing.account_to_read(p_user_id, p_author, 'GET /fraud/blocked', p_now) end;
  v_cards text[] := array(select distinct encode(u.card, 'hex') from farthing.card_uses u
    where u.account_id = v_account_id);
  -- The block with the id p_before is read first, because the index scan begins at its created_at
  -- and its id.
  v_last farthing.blocks;
begin
  select * into v_last from farthing.blocks where block_id = farthing.uuid_of(p_before);
  return farthing.page_of('blocks', p_limit, array(
    select row(farthing.block_answer(b), b.block_id)::farthing.page_item
    from farthing.blocks b
    where (p_before is null or (b.created_at, b.block_id) < (v_last.created_at, v_last.block_id))
      and (p_user_id is null or b.kind = 'user' and b.subject = p_user_id::text
        or b.kind = 'card' and b.subject = any (v_cards))
    order by b.created_at desc, b.block_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.fraud_blocks_list to service_role;
comment on function farthing_public.fraud_blocks_list is
  'Returns current and expired blocks, newest first: {blocks, next_before}. p_before: only blocks '
  'older than the one with this id. p_user_id: only the blocks of this user, and of cards that the '
  'user used in the last 90 days. Fails with not_found if there is no such user.';

create function farthing_public.fraud_blocks_add(p_kind text, p_subject text, p_reason text,
  p_author text default 'sql:' || session_user, p_until timestamptz default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_block farthing.blocks;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(p_author);
  if p_until <= p_now then
    perform farthing.fail('invalid_request', '`until` must be in the future.', null, 'until');
  end if;
  if p_kind = 'user' and not exists (select from auth.users where id = p_subject::uuid) then
    perform farthing.fail('not_found', 'There is no such user.', null, 'value');
  end if;
  v_block.kind := p_kind;
  v_block.subject := p_subject;
  v_block.reason := p_reason;
  v_block.blocked_by := p_author;
  v_block.until := p_until;
  v_block.created_at := p_now;
  v_block := farthing.put_block(v_block);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, farthing.block_answer(v_block),
    p_now);
end
$$;
grant execute on function farthing_public.fraud_blocks_add to service_role;
comment on function farthing_public.fraud_blocks_add is
  'Blocks a user, an IP address or a card. p_subject: the user''s id, or the hash of the IP '
  'address or the card (64 hex digits). An existing block gets the new reason and the new end. '
  'Returns {status: 201, replayed, data: block}. Fails with not_found, forbidden, invalid_request.';

create function farthing_public.fraud_blocks_remove(
  p_block_id uuid, p_author text default 'sql:' || session_user)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_block farthing.blocks;
begin
  perform farthing.require_operator(p_author);
  select * into v_block from farthing.blocks where block_id = p_block_id for update;
  if v_block.block_id is null then
    perform farthing.fail('not_found', 'There is no such block.', null, 'id');
  end if;
  perform farthing.refuse_own_block(v_block, p_author);
  perform farthing.allow_change(p_author, 'the block was lifted');
  delete from farthing.blocks where block_id = p_block_id;
  return farthing.block_answer(v_block);
end
$$;
grant execute on function farthing_public.fraud_blocks_remove to service_role;
comment on function farthing_public.fraud_blocks_remove is
  'Lifts a block, and returns the block. Fails with not_found; fails with forbidden if the caller '
  'is the blocked operator or has lost the role of an operator.';
