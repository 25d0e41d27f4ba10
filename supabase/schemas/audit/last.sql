-- Runs last, after all subjects: audits the tasks that they have added, and records all guards that
-- they have made.

select farthing.audit_changes('tasks', '{enabled, every, budget}', p_rows => true);

-- Guards that are defined with their tables are recorded and always fire, too: those that refuse
-- changes, and the state machines.
do $$
declare
  v_guard record;
begin
  for v_guard in
    select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_proc p on p.oid = t.tgfoid
    where c.relnamespace = 'farthing'::regnamespace and not t.tgisinternal
      and (p.proname = 'refuse_change' or p.proname like '%\_guard')
      and not exists (select from farthing.guards g
        where (g.table_name, g.trigger_name) = (c.relname::text, t.tgname::text))
  loop
    perform farthing.note_guard(v_guard.relname, v_guard.tgname);
  end loop;
end
$$;
