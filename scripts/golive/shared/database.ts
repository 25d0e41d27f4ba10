/** Reads the project's database as its owner, if the settings have SUPABASE_DB_URL. */
import postgres from "postgres";
import { z } from "zod";
import { Proof } from "../../../supabase/functions/_shared/contracts/proofs.ts";
import type { Project } from "../command/project.ts";
import { type Finding, skipped } from "../core/step.ts";
import { ask, dataOf } from "./ask.ts";

export async function withSql<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 15 });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/**
 * Returns the finding of `use`, which gets a connection to the database. Without SUPABASE_DB_URL,
 * returns a finding that is `skipped`.
 */
export async function inDatabase(
  { databaseUrl }: Project,
  use: (sql: postgres.Sql) => Promise<Finding>,
): Promise<Finding> {
  return databaseUrl === undefined
    ? skipped(
      "SUPABASE_DB_URL is not set: set it to the owner's database URL (dashboard, Connect).",
    )
    : await withSql(databaseUrl, use);
}

export interface Proved {
  readonly isClean: boolean;
  readonly evidence: string;
  /**
   * Whether the proof began before the time `sinceMs` that the caller of `prove` named. Such a
   * proof says nothing about the time since then.
   */
  readonly isOld?: boolean;
}

/** Returns at most 20 of the violations that `farthing.prove()` finds, one line each. */
export async function violationsIn(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select format('rule %s, account %s: %s', rule, coalesce(account_id::text, '-'), detail) as text
    from farthing.prove() limit 20`;
  return rows.map(({ text }) => text);
}

/**
 * Proves the ledger. If the database's URL is not set, reads the newest proof that the project
 * itself has made.
 * @param sinceMs a proof that began before this time is marked `isOld`
 */
export async function prove(project: Project, sinceMs = 0): Promise<Proved> {
  const { databaseUrl } = project;
  if (databaseUrl !== undefined) {
    const violations = await withSql(databaseUrl, violationsIn);
    const evidence = violations.length === 0
      ? "farthing.prove() found no violation"
      : `farthing.prove() found: ${violations.join("; ")}`;
    return { isClean: violations.length === 0, evidence };
  }
  const [newest] = dataOf(await ask(project, "proofs?limit=1"), 200, z.array(Proof));
  if (newest === undefined) return { isClean: false, evidence: "no proof has run yet" };
  const { outcome, started_at, violations } = newest;
  const evidence = `the proof of ${started_at}: ${outcome}, ${violations ?? 0} violations`;
  const isOld = Date.parse(started_at) < sinceMs;
  return { isClean: outcome === "proved", evidence, ...(isOld && { isOld }) };
}
