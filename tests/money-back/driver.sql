-- A history is a list of steps: what happens to one buyer in a test. This file carries out the
-- steps through the ledger's RPC functions, and shows the buyer's account after each step. This
-- schema exists only in databases that a test has created. Functions that every step calls are
-- written in plpgsql, because plpgsql caches their plans.

create schema money_back;

-- Maps the names in a history to the ids that RPC functions returned.
create table money_back.names (
  user_id uuid not null, kind text not null, name text not null, id uuid not null,
  primary key (user_id, kind, name));

-- The account's id is stored here, because the account of a deleted owner can't be found by the
-- owner's id.
create table money_back.buyers (user_id uuid primary key, account_id bigint not null);

-- The product has no setting for the expiry of a package's credits, so a trigger sets the expiry of a new
-- lot.
create table money_back.ends (order_id uuid primary key, seconds int);

create function money_back.end_lot() returns trigger language plpgsql as $$
begin
  new.expires_at := new.created_at
    + make_interval(secs => (select seconds from money_back.ends where order_id = new.order_id));
  return new;
end
$$;
create trigger lots_end before insert on farthing.lots for each row when (new.order_id is not null)
  execute function money_back.end_lot();

create function money_back.id_of(p_user_id uuid, p_kind text, p_name text)
returns uuid
language plpgsql stable
as $$
begin
  return (select id from money_back.names where user_id = p_user_id and kind = p_kind and name = p_name);
end
$$;

create function money_back.name_it(p_user_id uuid, p_kind text, p_name text, p_id text)
returns void
language sql
as $$
  insert into money_back.names values (p_user_id, p_kind, p_name, p_id::uuid)
$$;

create function money_back.moment(p_seconds bigint)
returns timestamptz
language sql immutable
as $$ select timestamptz '2031-01-01 00:00:00+00' + make_interval(secs => p_seconds) $$;

create function money_back.payment_of(p_user_id uuid, p_order text)
returns text
language sql immutable
as $$ select format('pi_%s_%s', p_user_id, p_order) $$;

create function money_back.payment_event(p_user_id uuid, p_step jsonb)
returns jsonb
language plpgsql stable
as $$
begin
  -- Two types of Stripe event can report an order's payment. A hash of the event's name in the
  -- history chooses one of the two.
  return (select jsonb_build_object(
    'type', case t.whole when 0 then 'payment_intent.succeeded' else 'checkout.session.completed' end,
    'facts', jsonb_build_object('order_id', o.order_id, 'booking_id', o.booking_id, 'mode', 'payment',
      'session_id', case t.whole when 1 then 'cs_' || o.id end,
      'payment_id', money_back.payment_of(p_user_id, p_step ->> 'order'),
      'charge_id', 'ch_' || o.id, 'payment_status', 'paid', 'amount', o.amount,
      'currency', o.currency, 'failure_code', null, 'decline_code', null))
  from money_back.paid_for(p_user_id, p_step ->> 'order') o, lateral (
    select case when o.order_id is null then 0 else abs(hashtext(p_step ->> 'event')) % 2 end as whole) t);
end
$$;

create function money_back.reversal_event(p_user_id uuid, p_step jsonb)
returns jsonb
language plpgsql stable
as $$
begin
  return (select jsonb_build_object('type', case p_step ->> 'do'
      when 'warning' then case when (p_step ->> 'actionable')::boolean
        then 'radar.early_fraud_warning.created' else 'radar.early_fraud_warning.updated' end
      when 'refund' then case p_step ->> 'status' when 'pending' then 'refund.created'
        when 'failed' then 'refund.failed' else 'refund.updated' end
      else case when p_step ->> 'status' in ('won', 'lost', 'prevented', 'warning_closed')
        then 'charge.dispute.closed' when p_step ->> 'status' like '%needs_response'
        then 'charge.dispute.created' else 'charge.dispute.updated' end end,
    'facts', jsonb_build_object('payment_id', money_back.payment_of(p_user_id, p_step ->> 'order'),
      'charge_id', 'ch_' || o.id) || case p_step ->> 'do'
    when 'refund' then jsonb_build_object('stripe_refund_id', format('re_%s_%s', p_user_id,
        p_step ->> 'refund'), 'refund_id', money_back.refund_of(p_user_id, p_step),
      'amount', p_step -> 'amount', 'currency', o.currency, 'status', p_step ->> 'status',
      'failure_reason', null, 'transfer_reversal', case when (p_step ->> 'reverses')::boolean
        then 'trr_' || (p_step ->> 'refund') end)
    when 'dispute' then jsonb_build_object('dispute_id', format('dp_%s_%s', p_user_id,
        p_step ->> 'dispute'), 'amount', p_step -> 'amount',
      'currency', coalesce(p_step ->> 'currency', o.currency), 'status', p_step ->> 'status',
      'reason', 'fraudulent', 'case_type', 'chargeback', 'movements', (
        select coalesce(jsonb_agg(jsonb_build_object('id', format('txn_%s_%s', p_user_id, m ->> 'id'),
          'amount', m -> 'amount', 'fee', 1500, 'currency', m -> 'currency', 'exchange_rate', m -> 'rate')),
          '[]')
        from jsonb_array_elements(p_step -> 'moved') m))
    else jsonb_build_object('warning_id', format('issfr_%s_%s', p_user_id, p_step ->> 'warning'),
      'fraud_type', 'made_with_stolen_card', 'actionable', p_step -> 'actionable') end)
  from money_back.paid_for(p_user_id, p_step ->> 'order') o);
end
$$;

create function money_back.hear(p_user_id uuid, p_step jsonb, p_now timestamptz)
returns text
language plpgsql
as $$
declare
  v_answer jsonb := farthing_public.inbox_receive(p_event => jsonb_build_object(
    'id', format('evt_%s_%s', p_user_id, p_step ->> 'event'), 'livemode', false,
    'created', extract(epoch from money_back.moment((p_step ->> 'at')::bigint))::bigint)
    || case p_step ->> 'do' when 'payment' then money_back.payment_event(p_user_id, p_step)
      else money_back.reversal_event(p_user_id, p_step) end, p_now => p_now);
begin
  return case when v_answer ? 'duplicate' then 'duplicate' when v_answer ? 'deferred' then 'deferred'
    when v_answer ? 'failed' then (select 'failed: ' || last_error from farthing.inbox
      where event_id = format('evt_%s_%s', p_user_id, p_step ->> 'event'))
    else 'ok' end;
end
$$;

create function money_back.act(p_user_id uuid, p_step jsonb, p_now timestamptz)
returns text
language plpgsql
as $$
declare
  v_hold_id uuid := money_back.id_of(p_user_id, 'hold', p_step ->> 'hold');
  v_booking_id uuid := money_back.id_of(p_user_id, 'booking', p_step ->> 'order');
  v_author text := coalesce(p_step ->> 'by', 'key:default');
  v_answer jsonb;
begin
  if p_step ->> 'do' in ('settle', 'release') and v_hold_id is null then
    return 'nothing';
  end if;
  case p_step ->> 'do'
    when 'order' then
      perform money_back.name_it(p_user_id, 'order', p_step ->> 'order', farthing_public.checkout_begin(
        p_user_id => p_user_id, p_package_id => md5(p_step ->> 'package')::uuid::text,
        p_success_url => 'https://app.test/paid', p_cancel_url => 'https://app.test/left',
        p_now => p_now) #>> '{order,order_id}');
      insert into money_back.ends
      select money_back.id_of(p_user_id, 'order', p_step ->> 'order'), (p_step ->> 'expires_in')::int;
    when 'grant' then
      v_answer := money_back.grant(p_user_id, p_step, v_author, p_now);
    when 'debit' then
      v_answer := farthing_public.credits_debit(p_user_id, p_step ->> 'amount', 'history',
        p_reference_id => p_step ->> 'once', p_once => p_step ? 'once', p_author => v_author,
        p_now => p_now);
    when 'usage' then
      perform farthing_public.usage_charge(p_user_id, jsonb_build_object('model', 'gpt-4o',
        'input_tokens', p_step -> 'tokens', 'output_tokens', 0), p_author => v_author, p_now => p_now);
    when 'hold' then
      perform money_back.name_it(p_user_id, 'hold', p_step ->> 'hold', farthing_public.holds_open(
        p_user_id, (p_step ->> 'ttl')::int, p_step ->> 'amount',
        p_author => v_author, p_now => p_now)
        #>> '{data,hold_id}');
    when 'settle' then
      perform farthing_public.holds_settle(v_hold_id, p_step ->> 'amount', p_author => v_author,
        p_now => p_now);
    when 'release' then
      perform farthing_public.holds_release(v_hold_id, p_now => p_now);
    when 'ask' then
      perform money_back.name_it(p_user_id, 'refund', p_step ->> 'refund',
        money_back.ask_refund(p_user_id, v_booking_id, p_step, p_now)::text);
    when 'book', 'advance', 'cancel', 'run' then
      perform money_back.act_on_booking(p_user_id, v_booking_id, p_step, p_now);
    when 'clear' then
      if not exists (select from farthing.fraud_warnings
        where warning_id = format('issfr_%s_%s', p_user_id, p_step ->> 'warning')) then
        return 'nothing';
      end if;
      perform farthing_public.warnings_clear(
        format('issfr_%s_%s', p_user_id, p_step ->> 'warning'), 'trusted',
        p_now => p_now);
    when 'leave' then
      perform farthing.lock_account(p_user_id, p_now);
      delete from auth.users where id = p_user_id;
    when 'sweep' then
      perform farthing.expire_credits(p_now);
  end case;
  return case when v_answer #> '{data,duplicate}' = 'true' then 'duplicate' else 'ok' end;
exception
  when sqlstate 'PGRST' then return sqlerrm::jsonb ->> 'code';
  when others then return sqlstate || ' ' || sqlerrm; -- an outcome that no history expects
end
$$;

create function money_back.lines_of(p_user_id uuid, p_account_id bigint)
returns jsonb
language plpgsql
as $$
begin
  return jsonb_build_object(
    'lots', array(select concat_ws(' ', extract(epoch from created_at - money_back.moment(0))::bigint, source,
        trim_scale(remaining), case when frozen and remaining > 0 then 'frozen' end) collate "C" as line
      from farthing.lots where account_id = p_account_id order by line),
    'holds', array(select concat_ws(' ', n.name, h.status) collate "C" as line from money_back.names n
      join farthing.holds h on h.account_id = p_account_id and h.hold_id = n.id
      where n.user_id = p_user_id and n.kind = 'hold' order by line),
    'orders', array(select concat_ws(' ', n.name, o.status, o.amount_refunded, o.amount_disputed,
        trim_scale(o.credits_clawed_back)) collate "C" as line from money_back.names n
      join farthing.orders o on o.account_id = p_account_id and o.order_id = n.id
      where n.user_id = p_user_id and n.kind = 'order' order by line),
    'bookings', array(select concat_ws(' ', n.name, b.status, b.amount_refunded, b.amount_disputed,
        money_back.share_of(b)) collate "C" as line from money_back.names n
      join farthing.bookings b on b.account_id = p_account_id and b.booking_id = n.id
      where n.user_id = p_user_id and n.kind = 'booking' order by line),
    'authors', array(select concat_ws(' ', m.author, trim_scale(m.moved)) collate "C" as line
      from (select case e.author when 'sql:' || session_user then 'sql'
            else replace(e.author, format('evt_%s_', p_user_id), '') end as author,
          sum(case e.direction when 'in' then e.amount else -e.amount end) as moved
        from farthing.entries e where e.account_id = p_account_id group by 1) m
      where m.moved <> 0 order by line));
end
$$;

create function money_back.snapshot(p_user_id uuid, p_now timestamptz, p_asks boolean)
returns jsonb
language plpgsql
as $$
declare
  v_account farthing.accounts;
  v_account_id bigint := (select account_id from money_back.buyers where user_id = p_user_id);
  v_answer jsonb := '{}';
begin
  select * into v_account from farthing.accounts where account_id = v_account_id;
  if p_asks and v_account.owner_id is not null then
    v_answer := farthing_public.credits_balance(p_user_id, p_now => p_now);
  end if;
  -- Rule 7 of docs/reference/rules.md: an expired hold counts as released, even if no function has
  -- released it yet.
  if v_account.held > 0 and farthing.release_expired_holds(v_account.account_id, p_now) > 0 then
    select * into v_account from farthing.accounts where account_id = v_account_id;
  end if;
  return jsonb_build_object('balance', trim_scale(v_account.balance)::text,
    'available', v_answer ->> 'available', 'held', trim_scale(v_account.held)::text,
    'debt', trim_scale(v_account.debt)::text) || money_back.lines_of(p_user_id, v_account.account_id);
end
$$;

create function money_back.play(p_user_id uuid, p_steps jsonb, p_asks_each boolean)
returns jsonb
language plpgsql
as $$
declare
  v_step jsonb;
  v_now timestamptz;
  v_outcome text;
  v_seen jsonb[] := '{}';
begin
  if not exists (select from money_back.buyers where user_id = p_user_id) then
    insert into auth.users (id, email) values (p_user_id, format('%s@buyer.test', p_user_id));
    insert into money_back.buyers
    select p_user_id, (farthing.lock_account(p_user_id, money_back.moment(0))).account_id;
  end if;
  for v_step in select value from jsonb_array_elements(p_steps) loop
    v_now := money_back.moment((v_step ->> 'now')::bigint);
    v_outcome := case when v_step ? 'event' then money_back.hear(p_user_id, v_step, v_now)
      else money_back.act(p_user_id, v_step, v_now) end;
    -- Reads the available credits after the last step, or after each step if `p_asks_each` is set.
    v_seen := v_seen || jsonb_build_object('outcome', v_outcome, 'seen', money_back.snapshot(p_user_id, v_now,
      p_asks_each or cardinality(v_seen) = jsonb_array_length(p_steps) - 1));
  end loop;
  return to_jsonb(v_seen);
end
$$;
