-- The page of a customer: everything that support staff ask about, each list with its newest items.

create function farthing.newest(p_items jsonb[], p_limit int, p_path text)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('items', to_jsonb(p_items[:p_limit]),
    'has_more', cardinality(p_items) > p_limit, 'path', p_path)
$$;
comment on function farthing.newest(jsonb[], int, text) is
  'Returns the part of a list that a page shows: {items, has_more, path}. The caller reads one '
  'item more than p_limit, so that has_more is known. path: the endpoint with the whole list, null '
  'if there is none.';

create function farthing.credits_of(p_account farthing.accounts, p_user_id uuid, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'credits', farthing.balance_answer(p_account, p_now) - 'lots' || jsonb_build_object(
      'frozen', trim_scale(farthing.frozen_credits(p_account.account_id))::text),
    'entries', farthing.newest(array(select farthing.explained_entry(e) from farthing.entries e
      where e.account_id = p_account.account_id order by e.seq desc limit 51), 50,
      '/credits/entries?user_id=' || p_user_id),
    'lots', farthing.newest(array(select jsonb_build_object('id', l.lot_id, 'source', l.source,
        'amount', trim_scale(l.amount)::text, 'remaining', trim_scale(l.remaining)::text,
        'reserved', trim_scale(l.reserved)::text, 'expires_at', l.expires_at, 'frozen', l.frozen,
        'order_id', l.order_id, 'created_at', l.created_at)
      from farthing.lots l where l.account_id = p_account.account_id and l.closed_at is null
      order by /* burn-down */ l.priority, l.expires_at, l.source, l.created_at, l.lot_id limit 21), 20,
      '/credits?user_id=' || p_user_id),
    'holds', farthing.newest(array(select farthing.hold_answer(h) - 'user_id' from farthing.holds h
      where h.account_id = p_account.account_id and h.status = 'open' and h.expires_at > p_now
      order by h.created_at desc, h.hold_id limit 21), 20, null),
    'spend_cap', farthing.cap_answer(p_user_id, p_account, p_now) - 'user_id',
    'welcome_grant', (select farthing.welcome_answer(w, true) - '{user_id,address}'::text[]
      from farthing.welcome_grants w where w.user_id = p_user_id
        or w.status = 'granted' and w.account_id = p_account.account_id))
$$;
comment on function farthing.credits_of is
  'Returns the part of a customer''s page about credits: balance, entries with their reasons, lots in '
  'burn-down order, open holds, the spend cap and the request for welcome credits.';

create function farthing.payments_of(p_account_id bigint, p_user_id uuid, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'orders', farthing.newest(array(select farthing.order_answer(o) from farthing.orders o
      where o.account_id = p_account_id order by o.created_at desc, o.order_id desc limit 21), 20,
      '/checkout/orders?user_id=' || p_user_id),
    'refunds', farthing.newest(array(select farthing.refund_answer(r) from farthing.refunds r
      where r.account_id = p_account_id order by r.created_at desc, r.refund_id desc limit 21), 20,
      '/refunds?user_id=' || p_user_id),
    'disputes', farthing.newest(array(select farthing.dispute_answer(d) from farthing.disputes d
      where d.account_id = p_account_id order by d.created_at desc, d.dispute_id desc limit 21), 20,
      '/disputes?user_id=' || p_user_id),
    'warnings', farthing.newest(array(select farthing.warning_answer(w) from farthing.fraud_warnings w
      where w.account_id = p_account_id order by w.created_at desc, w.warning_id desc limit 21), 20, null),
    'bookings', farthing.newest(array(select farthing.booking_answer(b, 'buyer') from farthing.bookings b
      where b.account_id = p_account_id order by b.created_at desc, b.booking_id desc limit 21), 20,
      '/bookings?user_id=' || p_user_id),
    'stripe_customer', (select jsonb_build_object('customer_id', c.customer_id, 'card_brand', c.card_brand,
        'card_last4', c.card_last4, 'card_exp_month', c.card_exp_month,
        'card_exp_year', c.card_exp_year)
      from farthing.customers c where c.account_id = p_account_id),
    'top_up', farthing.top_up_answer(p_account_id, p_now),
    'blocks', farthing.newest(array(select farthing.block_answer(b)
      from farthing.blocks_of(p_account_id, null, p_now) b order by b.created_at desc limit 21), 20,
      '/fraud/blocked'))
$$;
comment on function farthing.payments_of is
  'Returns the part of a customer''s page about money: orders, refunds, disputes, early fraud warnings, '
  'bookings as the buyer, the saved card, auto top-up and blocks.';

create function farthing.work_of(p_account_id bigint, p_user_id uuid)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'jobs', farthing.newest(array(select farthing.job_answer(j) from farthing.jobs j
      where j.user_id = p_user_id order by j.job_nr desc limit 21), 20, '/jobs?user_id=' || p_user_id),
    'notifications', farthing.newest(array(select farthing.notification_answer(n, true)
      from farthing.notifications n where n.account_id = p_account_id
      order by n.created_at desc, n.notification_id limit 21), 20, '/notifications?user_id=' || p_user_id),
    'features', (select coalesce(jsonb_agg(jsonb_build_object('name', f.name,
        'enabled', farthing.feature_is_on(f.name, p_user_id)) order by f.name), '[]')
      from farthing.features f))
$$;
comment on function farthing.work_of is
  'Returns the part of a customer''s page about jobs, notifications and features.';
