/** G21: measures the disk space that a debit uses. */
import type { BenchServer } from "../database/bench-server.ts";
import { exact } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";

const DATABASE = "disk";
const DEBITS = 20_000;

/** The tables that a debit writes. */
const TABLES = ["entries", "accounts", "lots", "idempotency_keys", "entry_seals"] as const;
type Table = typeof TABLES[number];
type Sizes = Record<Table, number>;

async function sizes(server: BenchServer): Promise<Sizes> {
  // Removes dead row versions, as autovacuum does, but does not make the files smaller.
  await server.query(DATABASE, "vacuum (analyze, truncate off)");
  const columns = TABLES.map((table) =>
    `pg_total_relation_size('farthing.${table}')::float8 as ${table}`
  );
  const [row] = await server.query<Sizes>(DATABASE, `select ${columns.join()}`);
  return row!;
}

async function debit(server: BenchServer): Promise<void> {
  await server.query(
    DATABASE,
    `do $$
     begin
       for n in 1 .. ${DEBITS} loop
         perform farthing_public.credits_debit(md5('farthing-bench-' || 1 + n % 10000)::uuid, '1', 'bench',
           'request-12345678', '0af7651916cd43dd8448eb211c80319c',
           encode(sha256(convert_to('disk ' || n, 'UTF8')), 'hex'), repeat('ab', 32));
         commit;
       end loop;
     end
     $$`,
  );
}

export async function measureDisk(
  server: BenchServer,
  say: (what: string) => void,
): Promise<Section> {
  await server.clone(DATABASE);
  await server.query(DATABASE, "select farthing.seal(p_limit => 1000000)");
  const before = await sizes(server);
  say(`writing ${DEBITS} debits for their size`);
  await debit(server);
  await server.query(DATABASE, "select farthing.seal(p_limit => 1000000)");
  const after = await sizes(server);
  const violations = await server.query(DATABASE, "select from farthing.prove() limit 1");
  const grown = (table: Table) => Math.round((after[table] - before[table]) / DEBITS);
  const ledger = grown("entries") + grown("accounts") + grown("lots");
  const all = ledger + grown("idempotency_keys");
  const target = { better: "lower" as const, goal: 743, stretch: 500 };
  const made = exact("G21", "bytes per debit on disk: ledger and key", target, all, "B");
  return {
    figures: [violations.length === 0 ? made : { ...made, verdict: "broken" }],
    arms: [],
    notes: [
      `G21: ${ledger} B of them belong to the ledger (entry, account, lot), and ` +
      `${
        grown("idempotency_keys")
      } B to the idempotency key with its stored answer, which is deleted ` +
      `after 24 hours. A seal adds ${grown("entry_seals")} B later, so ` +
      `${ledger + grown("entry_seals")} B per debit stay for ever.`,
    ],
  };
}
