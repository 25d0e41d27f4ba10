-- Runs last, and calls note_guard() for the guards that the files of other subjects created without
-- that call: triggers that refuse changes, and state machines. note_guard() also sets each guard to
-- ENABLE ALWAYS.

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
