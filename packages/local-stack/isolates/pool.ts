/**
 * The isolates of every Edge Function. The newest isolate takes new requests, while retired ones
 * finish their pending requests.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Isolate } from "./isolate.ts";
import type { IsolateLimits } from "./limits.ts";
import type { IsolateProgram } from "./isolate-process.ts";
import { END_REASONS, type EndReason } from "./platform-errors.ts";

/** The counts for one Edge Function since the start of the stack. */
export interface IsolateCounts {
  started: number;
  /** How many isolates have ended, by reason. */
  ended: Record<EndReason, number>;
  /** The number of requests that broke off because their isolate ended. */
  cut: number;
}

export interface PoolOptions {
  readonly limits: IsolateLimits;
  /** Says how to run the Edge Function with this name: its `index.ts` or its bundle. */
  readonly programOf: (name: string) => IsolateProgram;
  /** Receives each line that a function prints. */
  readonly print: (line: string) => void;
}

/**
 * Returns a function that takes the name of an Edge Function and says how to run it: the file
 * `entry` in the folder with that name. By default, the Deno of this process runs the file;
 * `runner` can name a different command.
 */
export function programsIn(
  directory: string,
  entry: string,
  runner: Omit<IsolateProgram, "entryUrl"> = {},
): PoolOptions["programOf"] {
  return (name) => ({ ...runner, entryUrl: pathToFileURL(join(directory, name, entry)).href });
}

class Pool {
  readonly counts: IsolateCounts = {
    started: 0,
    ended: Object.fromEntries(END_REASONS.map((reason) => [reason, 0])) as IsolateCounts["ended"],
    cut: 0,
  };
  readonly #isolates = new Set<Isolate>();
  #newest: Isolate | undefined;

  constructor(private readonly name: string, private readonly options: PoolOptions) {}

  async fetch(request: Request): Promise<Response> {
    return await this.#current().fetch(request);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#isolates].map((isolate) => isolate.stop()));
  }

  #current(): Isolate {
    if (this.#newest && !this.#newest.isRetired) return this.#newest;
    const { programOf, ...options } = this.options;
    const isolate = new Isolate({ ...options, program: programOf(this.name) });
    this.#isolates.add(isolate);
    this.counts.started += 1;
    isolate.ended.then(({ reason, cut }) => {
      this.#isolates.delete(isolate);
      this.counts.ended[reason] += 1;
      this.counts.cut += cut;
    });
    return this.#newest = isolate;
  }
}

/** Edge Functions in isolates. They are called in the same way as functions in this process. */
export class Isolates {
  readonly #pools = new Map<string, Pool>();

  constructor(private readonly options: PoolOptions) {}

  of(name: string): { fetch(request: Request): Promise<Response> } {
    const pool = this.#pools.get(name) ?? new Pool(name, this.options);
    this.#pools.set(name, pool);
    return pool;
  }

  /** Returns the counts of each Edge Function, by its name. */
  counts(): Record<string, IsolateCounts> {
    return Object.fromEntries([...this.#pools].map(([name, { counts }]) => [name, counts]));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }
}
