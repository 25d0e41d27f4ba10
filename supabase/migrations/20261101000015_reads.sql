-- Reading: the balance now and at any moment, entries by page, prices; and what a browser may see through
-- the data API.

create function farthing.seq_at(p_account_id bigint, p_at timestamptz)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_low bigint := 0;
  v_high bigint := (select last_seq from farthing.accounts where account_id = p_account_id);
  v_middle bigint;
begin
  -- created_at never falls as seq rises, so the moment is found by halving: no index by time is kept for it.
  while v_low < v_high loop
    v_middle := (v_low + v_high + 1) / 2;
    if (select created_at <= p_at from farthing.entries where account_id = p_account_id
      and seq = v_middle) then
      v_low := v_middle;
    else
      v_high := v_middle - 1;
    end if;
  end loop;
  return coalesce(v_low, 0);
end
$$;
comment on function farthing.seq_at(bigint, timestamptz) is
  'The last entry of an account at or before a moment; 0 where there is none.';

create function public.credits_balance(p_user_id uuid, p_at timestamptz default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account farthing.accounts;
begin
  select * into v_account from farthing.accounts where owner_id = p_user_id;
  if v_account.account_id is null and not exists (select from auth.users where id = p_user_id) then
    perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
  end if;
  if p_at is not null then
    return jsonb_build_object('balance', coalesce((
      select trim_scale(balance_after)::text from farthing.entries
      where account_id = v_account.account_id and seq = farthing.seq_at(v_account.account_id, p_at)), '0'),
      'as_of', p_at);
  end if;
  return jsonb_build_object(
    'balance', trim_scale(coalesce(v_account.balance, 0))::text,
    'held', (select trim_scale(coalesce(sum(amount), 0))::text from farthing.holds
      where account_id = v_account.account_id and status = 'open' and expires_at > p_now),
    'available', trim_scale(coalesce(farthing.available(v_account, p_now), 0))::text,
    'debt', trim_scale(coalesce(v_account.debt, 0))::text,
    'lots', (select coalesce(jsonb_agg(jsonb_build_object('id', lot_id, 'source', source,
        'remaining', trim_scale(remaining)::text, 'expires_at', expires_at, 'frozen', frozen)
        order by priority, expires_at, source, created_at, lot_id), '[]')
      from farthing.lots where account_id = v_account.account_id and closed_at is null),
    'as_of', p_now);
end
$$;
grant execute on function public.credits_balance to service_role;
comment on function public.credits_balance is
  '{balance, held, available, debt, lots in burn-down order, as_of}; with p_at the balance of that '
  'moment: {balance, as_of}. Credits as text. Fails not_found.';

create function public.credits_entries(
  p_user_id uuid, p_kind text default null, p_from timestamptz default null, p_to timestamptz default null,
  p_before_seq bigint default null, p_limit int default 20, p_with_names boolean default false)
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := (select account_id from farthing.accounts where owner_id = p_user_id);
  v_first bigint := 1;
  v_last bigint := coalesce(p_before_seq - 1, 9223372036854775807);
begin
  if v_account_id is null and not exists (select from auth.users where id = p_user_id) then
    perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
  end if;
  if p_from is not null then
    v_first := farthing.seq_at(v_account_id, p_from - interval '1 microsecond') + 1;
  end if;
  if p_to is not null then
    v_last := least(v_last, farthing.seq_at(v_account_id, p_to));
  end if;
  return (
    with page as (
      select e.* from farthing.entries e
      where e.account_id = v_account_id and e.seq between v_first and v_last
        and (p_kind is null or e.kind::text = p_kind)
      order by e.seq desc limit p_limit + 1
    ), shown as (select * from page order by seq desc limit p_limit)
    select jsonb_build_object(
      'entries', coalesce(jsonb_agg(jsonb_build_object('id', s.entry_id, 'seq', s.seq, 'kind', s.kind,
        'amount', trim_scale(case s.direction when 'in' then s.amount else -s.amount end)::text,
        'balance_after', trim_scale(s.balance_after)::text, 'transaction_id', s.transaction_id, 'lot_id',
          s.lot_id, 'reference_type', s.reference_type, 'reference_id', s.reference_id, 'correlation_id',
          s.correlation_id,
        'author', case when p_with_names then s.author else split_part(s.author, ':', 1) end,
        'metadata', s.metadata, 'event_at', s.event_at, 'created_at', s.created_at) order by s.seq desc),
          '[]'), 'next_before', case when (select count(*) from page) > p_limit then min(s.seq)::text end)
    from shown s);
end
$$;
grant execute on function public.credits_entries to service_role;
comment on function public.credits_entries is
  'A page of entries, newest first: {entries, next_before}. amount is signed: below zero went out. author '
  'is the kind alone (owner, operator, key, stripe, task, sql): an operator''s id is not for users. '
  'Credits as text. Fails not_found.';

create function public.usage_rates(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('model', r.model, 'version', r.version,
    'input_per_million_usd', trim_scale(r.input_per_million_usd)::text,
    'cached_input_per_million_usd', trim_scale(r.cached_input_per_million_usd)::text,
    'cache_write_per_million_usd', trim_scale(r.cache_write_per_million_usd)::text,
    'output_per_million_usd', trim_scale(r.output_per_million_usd)::text,
    'reasoning_per_million_usd', trim_scale(r.reasoning_per_million_usd)::text,
    'markup', trim_scale(r.markup)::text, 'effective_from', r.effective_from) order by r.model), '[]')
  from (select distinct on (model) * from farthing.rates
    where effective_from <= p_now order by model, effective_from desc, version desc) r
$$;
grant execute on function public.usage_rates to service_role;
comment on function public.usage_rates is
  'The rate in force per model. USD per million tokens and the markup, as text.';

-- Views for the data API. Invoker's rights, so the tables' RLS decides; amounts as text, because JSON
-- numbers lose them.
create view public.credits with (security_invoker = true) as
select trim_scale(a.balance)::text as balance, trim_scale(a.held)::text as held, trim_scale(a.debt)::text
  as debt
from farthing.accounts a;
create view public.credit_lots with (security_invoker = true) as
select l.lot_id as id, l.source, trim_scale(l.amount)::text as amount, trim_scale(l.remaining)::text
  as remaining,
  l.priority, l.expires_at, l.frozen, l.order_id, l.created_at
from farthing.lots l;
create view public.credit_entries with (security_invoker = true) as
select e.entry_id as id, e.seq, e.kind,
  trim_scale(case e.direction when 'in' then e.amount else -e.amount end)::text as amount,
  trim_scale(e.balance_after)::text as balance_after, e.transaction_id, e.lot_id, e.reference_type,
    e.reference_id, e.correlation_id, e.metadata, e.event_at, e.created_at
from farthing.entries e;
create view public.credit_holds with (security_invoker = true) as
select h.hold_id as id, h.status, trim_scale(h.amount)::text as amount, trim_scale(h.settled)::text
  as settled,
  trim_scale(h.shortfall)::text as shortfall, h.expires_at, h.created_at, h.resolved_at
from farthing.holds h;
create view public.orders with (security_invoker = true) as
select o.order_id as id, o.status, o.package_id, o.package_name, o.amount, o.currency,
  trim_scale(o.credits)::text as credits, trim_scale(o.bonus_credits)::text as bonus_credits,
    o.client_temp_id, o.expires_at, o.paid_at, o.created_at
from farthing.orders o;
create view public.packages with (security_invoker = true) as
select distinct on (p.package_id) p.package_id as id, p.version, p.name, p.amount, p.currency,
  trim_scale(p.credits)::text as credits, trim_scale(p.bonus_credits)::text as bonus_credits, p.active
from farthing.packages p where p.effective_from <= now() order by p.package_id, p.version desc;
comment on view public.credits is 'The caller''s own balance, held and debt. Credits as text.';
comment on view public.credit_lots is 'The caller''s own lots. Credits as text.';
comment on view public.credit_entries is 'The caller''s own entries; amount is signed. Credits as text.';
comment on view public.credit_holds is 'The caller''s own holds. Credits as text.';
comment on view public.orders is 'The caller''s own orders; amount in minor units, credits as text.';
comment on view public.packages is
  'The newest version of each package; amount in minor units, credits as text.';
grant select on public.credits, public.credit_lots, public.credit_entries, public.credit_holds,
  public.orders to authenticated;
grant select on public.packages to anon, authenticated;
