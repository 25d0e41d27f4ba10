-- The work of a task, item by item. An item that fails is parked, and the other items continue.

create function farthing.is_parked(p_task text, p_kind text, p_id text, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.parked_items
    where task = p_task and item_kind = p_kind and item_id = p_id and next_attempt_at > p_now)
$$;
comment on function farthing.is_parked(text, text, text, timestamptz) is
  'Returns whether an item has failed and its next attempt is not due yet; a task skips a parked item.';

create function farthing.park_item(p_task text, p_kind text, p_id text, p_error text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- The next attempt is after 1, 2, 4 … 64 minutes. So a task retries an item within about an hour
  -- after an operator has removed the cause.
  insert into farthing.parked_items as p (task, item_kind, item_id, error, parked_at, next_attempt_at)
  values (p_task, p_kind, p_id, p_error, p_now, p_now + interval '1 minute')
  on conflict (task, item_kind, item_id) do update
  set attempts = p.attempts + 1, error = excluded.error,
    next_attempt_at = p_now + interval '1 minute' * 2 ^ least(p.attempts, 6)
$$;
comment on function farthing.park_item(text, text, text, text, timestamptz) is
  'Parks an item that raised an error, with a longer backoff for each attempt.';

create function farthing.attempt_items(p_work text, p_ids text[], p_now timestamptz,
  out o_count bigint, out o_error text)
language plpgsql
set search_path = ''
as $$
begin
  execute format('select coalesce(sum(farthing.%I(i.id, $2)), 0) from unnest($1) i (id)', p_work)
  into o_count using p_ids, p_now;
exception
  when lock_not_available or deadlock_detected or serialization_failure then
    o_error := 'busy'; -- another transaction holds a lock: a later run finds the item again
  when others then
    o_error := sqlstate;
end
$$;
comment on function farthing.attempt_items(text, text[], timestamptz) is
  'Works on items in one subtransaction. Returns the sum of their results, or the SQLSTATE of the error '
  'that undid the work; the value `busy` means that another transaction held a lock.';

create function farthing.work_one(p_task text, p_kind text, p_id text, p_work text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_count bigint;
  v_error text;
begin
  select * into v_count, v_error from farthing.attempt_items(p_work, array[p_id], p_now);
  if v_error is null then
    delete from farthing.parked_items where (task, item_kind, item_id) = (p_task, p_kind, p_id);
  elsif v_error <> 'busy' then
    perform farthing.park_item(p_task, p_kind, p_id, v_error, p_now);
  end if;
  return coalesce(v_count, 0);
end
$$;
comment on function farthing.work_one(text, text, text, text, timestamptz) is
  'Works on one item. Parks the item after an error other than `busy`, and deletes its parked row after a '
  'success. Returns its result.';

create function farthing.work_off(p_task text, p_kind text, p_ids text[], p_work text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  -- Items share a subtransaction as long as none fails, because more than 64 subtransactions in one
  -- transaction slow every snapshot of every session.
  c_batch constant int := 100;
  v_deadline timestamptz := nullif(current_setting('farthing.deadline', true), '')::timestamptz;
  v_began timestamptz := clock_timestamp();
  v_fresh text[];
  v_parked text[];
  v_id text;
  v_done int := 0;
  v_size int := 1;
  v_tried record;
  v_count bigint := 0;
begin
  select coalesce(array_agg(i.id order by i.nr) filter (where p.item_id is null), '{}'),
    coalesce(array_agg(i.id order by i.nr) filter (where p.item_id is not null), '{}')
  into v_fresh, v_parked
  from unnest(p_ids) with ordinality i (id, nr)
  left join farthing.parked_items p on (p.task, p.item_kind, p.item_id) = (p_task, p_kind, i.id);
  while v_done < cardinality(v_fresh) loop
    select * into v_tried
    from farthing.attempt_items(p_work, v_fresh[v_done + 1 : v_done + v_size], p_now);
    v_count := v_count + coalesce(v_tried.o_count, 0);
    if v_tried.o_error is not null then
      foreach v_id in array v_fresh[v_done + 1 : v_done + v_size] loop
        v_count := v_count + farthing.work_one(p_task, p_kind, v_id, p_work, p_now);
        exit when clock_timestamp() > v_deadline;
      end loop;
    end if;
    exit when clock_timestamp() > v_deadline;
    -- The deadline is checked only between batches, and a task that is ended by a timeout loses all
    -- of its work. So a batch has only as many items as the remaining time allows.
    v_done := v_done + v_size;
    v_size := greatest(1, least(c_batch, 2 * v_size, floor(extract(epoch from v_deadline - clock_timestamp())
      / greatest(extract(epoch from clock_timestamp() - v_began) / v_done, 0.000001))));
  end loop;
  foreach v_id in array v_parked loop
    exit when clock_timestamp() > v_deadline;
    v_count := v_count + farthing.work_one(p_task, p_kind, v_id, p_work, p_now);
  end loop;
  -- If the task has not found an item again ten minutes after the item's retry was due, the item
  -- needs no more work. Its row is deleted.
  delete from farthing.parked_items
  where task = p_task and item_kind = p_kind and next_attempt_at <= p_now - interval '10 minutes'
    and item_id <> all (p_ids);
  return v_count;
end
$$;
comment on function farthing.work_off(text, text, text[], text, timestamptz) is
  'Calls farthing.<p_work>(id, p_now) for each item within the time budget: first for new items, '
  'then for parked items, each group in the order of p_ids. An item that raises an error is parked, '
  'and the other items continue. Returns the sum of the results.';
