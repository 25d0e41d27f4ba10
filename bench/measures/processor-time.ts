/**
 * Measures how much processor time the server uses for the calls of the hot path. The calls run in
 * short slices, which alternate between the compared commits.
 */
import { percentile } from "@farthing/command-line";
import { processorMs } from "@farthing/local-stack/isolates";
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import { rotate } from "./rounds.ts";
import { type Call, valuesOf } from "../instructions/hot-path-calls.ts";

/**
 * The number of slices for each commit. Short, alternating slices make other work on the machine
 * affect all commits alike.
 */
const SLICES = 15;
const CALLS = 200;

interface Backend {
  name: string;
  /** Makes the calls of one slice, and returns their processor time in milliseconds. */
  run(): Promise<number>;
  end(): Promise<void>;
}

async function connect(
  server: DatabaseServer,
  { name, schema }: { name: string; schema: string },
  call: Call,
  seed: number,
): Promise<Backend> {
  const sql = server.connect(name, { max: 1 });
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const values = valuesOf(call, seed);
  const statement = call.statement(schema);
  return {
    name,
    async run() {
      const before = await processorMs(row!.pid);
      for (let nr = 0; nr < CALLS; nr++) {
        await sql.unsafe(statement, values.next().value, { prepare: true });
      }
      return await processorMs(row!.pid) - before;
    },
    end: () => sql.end(),
  };
}

/** Returns the microseconds per call in each database: the median of the slices. */
export async function timeCalls(
  server: DatabaseServer,
  databases: { name: string; schema: string }[],
  call: Call,
  seed: number,
): Promise<Map<string, number>> {
  const backends: Backend[] = [];
  const taken = new Map<string, number[]>(databases.map(({ name }) => [name, []]));
  try {
    for (const each of databases) backends.push(await connect(server, each, call, seed));
    // this run makes the plans, fills the caches, and is not counted
    for (const backend of backends) await backend.run();
    for (let slice = 0; slice < SLICES; slice++) {
      for (const { name, run } of rotate(backends, slice)) taken.get(name)!.push(await run());
    }
  } finally {
    for (const backend of backends) await backend.end();
  }
  return new Map(
    [...taken].map(([name, all]) => [name, percentile(all, 50) * 1000 / CALLS]),
  );
}
