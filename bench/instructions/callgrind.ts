/**
 * Counts the instructions of a call with valgrind's callgrind. Instruction counts show differences
 * of 0.1 %; measured times are too inexact for that. PostgreSQL runs in single-user mode: one
 * process that reads statements from its input. Each count is the difference between a long and a
 * short run, so it excludes the instructions that start the process.
 */
import { join } from "node:path";
import { findSource, install, serverAccount } from "@farthing/local-stack/postgres";
import { type Call, valuesOf } from "./hot-path-calls.ts";

const FEW = 100;
const MANY = 400;

/** A database on a server that has been stopped. */
export interface StoppedDatabase {
  directory: string;
  name: string;
  /** The schema that contains the functions to call. */
  schema: string;
}

export async function hasValgrind(): Promise<boolean> {
  try {
    return (await new Deno.Command("valgrind", { args: ["--version"] }).output()).success;
  } catch {
    return false; // valgrind is not installed
  }
}

/** Returns the input of a run: one statement on each line, as single-user mode requires. */
function scriptOf(call: Call, schema: string, calls: number, seed: number): string {
  const values = valuesOf(call, seed);
  const lines = [`prepare called as ${call.statement(schema).replaceAll(/\s+/g, " ")}`];
  for (let nr = 0; nr < calls; nr++) {
    const list = values.next().value.map((value) => `'${value}'`).join();
    lines.push(list === "" ? "execute called" : `execute called(${list})`);
  }
  return lines.join("\n") + "\n";
}

/**
 * Returns the number of instructions that a whole run executes in user space. The kernel's
 * instructions are not counted.
 */
async function countRun(database: StoppedDatabase, script: string): Promise<number> {
  const account = serverAccount(database.directory);
  const { bin } = await install(await findSource("embedded"), account);
  const child = new Deno.Command("valgrind", {
    args: [
      ...["--tool=callgrind", "--callgrind-out-file=/dev/null", join(bin, "postgres"), "--single"],
      ...["-D", database.directory, "-c", "timezone=UTC", database.name],
    ],
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    ...account,
  }).spawn();
  const said = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(script));
  await input.close();
  const [text] = [await said, await child.status];
  const count = /Collected : (\d+)/.exec(text)?.[1];
  const problem = /(ERROR|FATAL|PANIC):.*/.exec(text)?.[0];
  if (problem !== undefined || count === undefined) {
    throw new Error(`callgrind in ${database.name}: ${problem ?? text.slice(-500)}`);
  }
  return Number(count);
}

export async function countInstructions(
  database: StoppedDatabase,
  call: Call,
  seed: number,
): Promise<number> {
  const few = await countRun(database, scriptOf(call, database.schema, FEW, seed));
  const many = await countRun(database, scriptOf(call, database.schema, MANY, seed + 1));
  return (many - few) / (MANY - FEW);
}
