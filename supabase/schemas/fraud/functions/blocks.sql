-- Blocks of a user, an IP address or a card.

create function farthing.blocks_of(p_account_id bigint, p_ip_hash bytea, p_now timestamptz)
returns setof farthing.blocks
language sql stable
set search_path = ''
as $$
  select b.* from farthing.blocks b
  where (b.until is null or b.until > p_now) and (b.kind, b.subject) in (
    select 'user', farthing.owner_of(p_account_id)::text
    union all select 'ip', encode(p_ip_hash, 'hex')
    union all select 'card', encode(u.card, 'hex') from farthing.card_uses u
      where u.account_id = p_account_id)
$$;
comment on function farthing.blocks_of(bigint, bytea, timestamptz) is
  'Returns the current blocks of an account''s user, of an IP address, and of each card that the '
  'account has used.';

create function farthing.find_blocks(p_account_id bigint, p_ip_hash bytea, p_now timestamptz)
returns setof text
language sql stable
set search_path = ''
as $$
  select distinct 'blocked_' || b.kind from farthing.blocks_of(p_account_id, p_ip_hash, p_now) b
$$;
comment on function farthing.find_blocks(bigint, bytea, timestamptz) is
  'Returns the kinds of blocks that apply to an account and an IP address: blocked_user, '
  'blocked_ip, blocked_card.';

create function farthing.refuse_own_block(p_block farthing.blocks, p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if (p_block.kind = 'user' and farthing.operator_id(p_author)::text = p_block.subject)
    or exists (select from farthing.card_uses
      where card = case p_block.kind when 'card' then decode(p_block.subject, 'hex') end
        and farthing.is_own(p_author, account_id))
  then
    perform farthing.fail('forbidden',
      'You can''t change or lift a block of yourself or of a card you used. Ask another operator.');
  end if;
end
$$;
comment on function farthing.refuse_own_block(farthing.blocks, text) is
  'Fails with forbidden if the author is an operator and p_block blocks this operator or a card that '
  'the operator has used. A block of an IP address is not checked, because nobody knows who owns '
  'the address.';

create function farthing.put_block(p_block farthing.blocks)
returns farthing.blocks
language plpgsql
set search_path = ''
as $$
declare
  v_block farthing.blocks;
begin
  perform farthing.refuse_own_block(b, p_block.blocked_by) from farthing.blocks b
  where b.kind = p_block.kind and b.subject = p_block.subject;
  perform farthing.allow_change(p_block.blocked_by, left(p_block.reason, 500));
  insert into farthing.blocks as b (kind, subject, reason, blocked_by, until, created_at)
  values (p_block.kind, p_block.subject, p_block.reason, p_block.blocked_by, p_block.until,
    p_block.created_at)
  on conflict (kind, subject) do update
  set reason = excluded.reason, blocked_by = excluded.blocked_by, until = excluded.until,
    created_at = excluded.created_at
  returning * into v_block;
  return v_block;
end
$$;
comment on function farthing.put_block(farthing.blocks) is
  'Adds a block. If the block exists already, replaces its reason, author, time and end. Returns '
  'the block. Fails with forbidden if the existing block blocks the author (refuse_own_block).';

create function farthing.block_answer(p_block farthing.blocks)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_block.block_id, 'kind', p_block.kind, 'value', p_block.subject,
    'reason', p_block.reason, 'blocked_by', p_block.blocked_by, 'until', p_block.until,
    'created_at', p_block.created_at)
$$;
comment on function farthing.block_answer(farthing.blocks) is
  'Returns a block in the API''s form. value: a user''s id, or the hash of an IP address or a '
  'card.';
