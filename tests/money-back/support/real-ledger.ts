/**
 * The real ledger: a database with all migrations, which carries out steps through its RPC
 * functions.
 */
import type postgres from "postgres";
import { PROJECT, withProject } from "../../../scripts/test-tools/project-database.ts";
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import type { StepResult } from "../model/buyer.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Step } from "../model/steps.ts";
import { SOLD } from "./sold-packages.ts";

/** The outcome of a step, and the account after the step. */
export interface Seen {
  outcome: StepResult;
  /** `available` is null after a step if it was not read. */
  seen: Omit<Snapshot, "available"> & { available: string | null };
}

interface Violation {
  rule: number;
  detail: string;
  buyer: string | null;
}

const DRIVERS = ["driver.sql", "driver-bookings.sql", "driver-dry-runs.sql"]
  .map((name) => new URL(`../${name}`, import.meta.url));

export class Ledger {
  constructor(private readonly sql: postgres.Sql) {}

  /**
   * Carries out all steps in one database transaction and one round trip. Reads `available` after
   * the last step, or after each step if `asksEach` is true.
   */
  async play(buyerId: string, steps: readonly Step[], asksEach = false): Promise<Seen[]> {
    const [row] = await this.sql`
      select money_back.play(${buyerId}, ${JSON.stringify(steps)}::text::jsonb, ${asksEach})
        as played`;
    return row?.played as Seen[];
  }

  /** Carries out each step in its own database transaction. */
  async playEach(buyerId: string, steps: readonly Step[]): Promise<Seen[]> {
    const seen: Seen[] = [];
    for (const step of steps) seen.push(...await this.play(buyerId, [step]));
    return seen;
  }

  /** Seals every entry, so that the proof checks the seals, too. */
  async seal(): Promise<void> {
    await this.sql`select farthing.seal()`;
  }

  /** Runs the proof over the whole database. Returns each violation with the account's buyer. */
  async violations(): Promise<Violation[]> {
    const rows = await this.sql<Violation[]>`
      select p.rule, p.detail, b.user_id as buyer
      from farthing.prove() p left join money_back.buyers b using (account_id)`;
    return rows.map((row) => ({ ...row }));
  }
}

async function sell(sql: postgres.Sql): Promise<void> {
  for (const [name, { amount, currency = "usd", credits, bonus = "0" }] of Object.entries(SOLD)) {
    await sql`
      insert into farthing.packages (package_id, version, name, amount, currency, credits,
        bonus_credits, effective_from)
      values (md5(${name})::uuid, 1, ${name}, ${amount}, ${currency}, ${credits}, ${bonus},
        '2024-05-13T00:00:00Z')`;
  }
}

/** Runs `use` with a ledger in a new clone of the migrated database. */
export async function inClone<T>(
  server: DatabaseServer,
  name: string,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  await server.createDatabase(name, { template: PROJECT });
  const sql = server.connect(name, { max: 1 });
  try {
    for (const driver of DRIVERS) await sql.unsafe(await Deno.readTextFile(driver));
    await sell(sql);
    return await use(new Ledger(sql));
  } finally {
    await sql.end();
    await server.dropDatabase(name);
  }
}

export const withLedgerServer = (use: (server: DatabaseServer) => Promise<void>) =>
  withProject("embedded", use);
