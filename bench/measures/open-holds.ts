/**
 * G15: measures how long it takes to open a hold on an account that already has many open holds.
 */
import type postgres from "postgres";
import type { BenchServer } from "../database/bench-server.ts";
import type { Options } from "../command/options.ts";
import { figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { powerOf } from "./powers-of-ten.ts";

const DATABASE = "holding";
/**
 * The numbers of open holds. For each number there is an account with as many open holds. The
 * report compares the larger numbers with the first.
 */
const OPEN = [10, 1_000, 10_000];
const CALLS = 200;

const userOf = (open: number) => `md5('holding-${open}')::uuid`;
const openOf = (open: number) =>
  `select farthing_public.holds_open(${userOf(open)}, p_amount => '1', p_ttl_seconds => 86400)`;

async function grow(sql: postgres.Sql, open: number): Promise<void> {
  await sql.unsafe(`insert into auth.users (id) values (${userOf(open)})`);
  await sql.unsafe(
    `select farthing_public.credits_grant(${userOf(open)}, '1000000', 'promotional')`,
  );
  for (let nr = 0; nr < open; nr++) await sql.unsafe(openOf(open));
}

/**
 * Returns the milliseconds of one call. The call opens a hold and releases it again, so the number
 * of open holds stays the same.
 */
async function timed(sql: postgres.Sql, open: number): Promise<number> {
  const text = `select farthing_public.holds_release((h.answer #>> '{data,hold_id}')::uuid)
    from (${openOf(open)} as answer offset 0) h`;
  const began = performance.now();
  for (let nr = 0; nr < CALLS; nr++) await sql.unsafe(text);
  return (performance.now() - began) / CALLS;
}

export async function measureHolds(
  server: BenchServer,
  { rounds }: Options,
  say: (what: string) => void,
): Promise<Section> {
  await server.cloneEmpty(DATABASE);
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  const took = new Map<number, number[]>(OPEN.map((open) => [open, []]));
  try {
    for (const open of OPEN) {
      say(`opening ${open} holds on one account`);
      await grow(sql, open);
    }
    await sql.unsafe("vacuum (analyze)");
    for (let round = 1; round <= rounds; round++) {
      for (const open of OPEN) {
        say(`round ${round} of ${rounds}: a hold beside ${open} others`);
        took.get(open)!.push(await timed(sql, open));
      }
    }
    const violations = await sql.unsafe("select from farthing.prove() limit 1");
    if (violations.length > 0) throw new Error("farthing.prove() found a violation");
  } finally {
    await sql.end();
    await server.dropDatabase(DATABASE);
  }
  const [base, ...others] = OPEN;
  const target = { better: "lower" as const, goal: 1.2 };
  const figures = others.map((open) => {
    const ratios = took.get(open)!.map((ms, round) => ms / took.get(base!)![round]!);
    return figure("G15", `hold beside ${powerOf(open)} open ones to ${base}, c=1`, target, ratios);
  });
  const medians = OPEN.map((open) =>
    `${spreadOf(took.get(open)!).median.toFixed(2)} ms beside ${powerOf(open)} open ones`
  );
  return {
    figures,
    arms: [],
    notes: [`G15: to open a hold and to release it took ${medians.join(", ")}.`],
  };
}
