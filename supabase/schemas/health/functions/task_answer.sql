-- A scheduled task as operators read it.

create function farthing.task_answer(p_task farthing.tasks)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('task', p_task.task, 'enabled', p_task.enabled,
    'every_seconds', extract(epoch from p_task.every)::int, 'next_due_at', p_task.next_due_at,
    'started_at', p_task.started_at, 'last_run_at', p_task.last_run_at, 'last_ok_at', p_task.last_ok_at,
    'last_ms', p_task.last_ms, 'last_count', p_task.last_count, 'failures', p_task.failures,
    'last_error', p_task.last_error)
$$;
comment on function farthing.task_answer(farthing.tasks) is
  'Returns a scheduled task in the form of the API''s contract. last_error: a SQLSTATE, or session_lost.';
