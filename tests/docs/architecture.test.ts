/** ARCHITECTURE.md lists every trigger and every scheduled task beside the subject that it belongs to. */
import { deepEqual } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";

const SCHEMAS = `${ROOT}supabase/schemas`;
/** Trigger functions that only refuse a change. ARCHITECTURE.md need not list them. */
const REFUSES = /^(?:refuse_change|\w+_guard|check_owner|keep_customer_read)$/;
const TRIGGER = /create trigger (\w+) [^;]*?execute function farthing\.(\w+)/g;
const TASK = /farthing\.add_task\('(\w+)', '([^']+)'/g;

const hasTriggers = (subject: string) =>
  [...Deno.readDirSync(`${SCHEMAS}/${subject}`)].some(({ name }) => name === "triggers.sql");
const subjects = [...Deno.readDirSync(SCHEMAS)].map(({ name }) => name).filter(hasTriggers);
const fires = subjects.map((subject) =>
  [subject, Deno.readTextFileSync(`${SCHEMAS}/${subject}/triggers.sql`)] as const
);
const rows = Deno.readTextFileSync(`${ROOT}ARCHITECTURE.md`).split("\n")
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")));

Deno.test("ARCHITECTURE lists each trigger that does more than refuse a change", () => {
  const held = fires.flatMap(([subject, sql]) =>
    [...sql.matchAll(TRIGGER)].filter(([, , function_]) => !REFUSES.test(function_!))
      .map(([, name]) => `${subject} ${name}`)
  );
  const shown = rows.filter(([subject, , third]) => subjects.includes(subject!) && !every(third))
    .map(([subject, name]) => `${subject} ${name}`);
  deepEqual(shown.sort(), held.sort());
});

Deno.test("ARCHITECTURE lists each scheduled task and how often it runs", () => {
  const held = fires.flatMap(([subject, sql]) =>
    [...sql.matchAll(TASK)].map(([, name, often]) => `${subject} ${name} ${often}`)
  );
  const shown = rows.filter(([, , third]) => every(third))
    .map(([subject, name, often]) => `${subject} ${name} ${often}`);
  deepEqual(shown.sort(), held.sort());
});

function every(cell = ""): boolean {
  return /^\d+ (?:minutes?|hours?)$/.test(cell);
}
