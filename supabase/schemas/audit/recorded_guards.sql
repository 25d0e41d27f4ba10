-- Guards are triggers that refuse changes, such as those of state machines. Some files create a
-- guard without calling note_guard(). This file runs last, and calls note_guard() for each guard
-- that is not yet recorded. note_guard() also sets the guard to ENABLE ALWAYS.

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
