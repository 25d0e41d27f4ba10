/**
 * One isolate. Its rules are those of the policy `per_worker` in the hosted platform's open-source
 * runtime. An isolate takes requests until it is retired, then finishes its pending requests. At
 * its hard limits it is killed.
 */
import { forward } from "../core/forward.ts";
import { untilBodyEnds } from "./until-body-ends.ts";
import type { IsolateLimits } from "./limits.ts";
import { type IsolateProcess, type IsolateProgram, spawnIsolate } from "./isolate-process.ts";
import { processorMs } from "./processor-time.ts";
import { type EndReason, refusal } from "./platform-errors.ts";

type Timer = ReturnType<typeof setTimeout>;

export interface IsolateOptions {
  readonly program: IsolateProgram;
  readonly limits: IsolateLimits;
  /** Receives each line that the function prints. */
  readonly print: (line: string) => void;
}

const ENDS = { dropped: "early_drop", outOfMemory: "memory", otherwise: "crashed" } as const;

/** The fraction of a hard limit at which the function gets the event `beforeunload`. */
const WARNED_AT = 0.9;

/** The shortest interval between two checks of the processor time. */
const LOOK_MS = 10;

export class Isolate {
  readonly #process: IsolateProcess;
  readonly #limits: IsolateLimits;
  readonly #killed = new AbortController();
  readonly #timers: Timer[] = [];
  #look: Timer | undefined;
  readonly #client = Deno.createHttpClient({});
  #reason: EndReason | undefined;
  #underWay = 0;
  #isRetired = false;
  #isDropping = false;

  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<{ reason: EndReason; cut: number }>;

  constructor({ program, limits, print }: IsolateOptions) {
    this.#limits = limits;
    this.#process = spawnIsolate(program, limits.memoryMb, print);
    this.#boot().catch((error) => {
      if (this.#reason === undefined) print(`isolate: ${error.message}`);
      this.#end("failed");
    });
    this.ended = this.#process.ended.then((how) => {
      const reason = this.#reason ??= ENDS[how];
      this.#killed.abort(reason);
      for (const timer of this.#timers) clearTimeout(timer);
      clearTimeout(this.#look);
      this.#client.close();
      return { reason, cut: this.#underWay };
    });
  }

  get isRetired(): boolean {
    return this.#isRetired || this.#reason !== undefined;
  }

  /** Kills the process. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#end("stopped");
    await this.ended;
  }

  /**
   * Returns the function's answer, or the platform's error if the function gives no answer. If the
   * isolate is killed, the answer's body breaks off. A retired isolate must not be called.
   */
  async fetch(request: Request): Promise<Response> {
    this.#underWay += 1;
    let isDone = false;
    const done = () => {
      if (isDone || this.#reason !== undefined) return;
      isDone = true;
      this.#underWay -= 1;
      this.#dropIfIdle();
    };
    try {
      const response = await this.#answer(request);
      return untilBodyEnds(response, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  async #answer(request: Request): Promise<Response> {
    const tooLong = new AbortController();
    const timer = setTimeout(() => tooLong.abort(), this.#limits.responseMs);
    const signal = AbortSignal.any([this.#killed.signal, tooLong.signal]);
    try {
      const port = await Promise.race([this.#process.port, aborted(signal)]);
      const url = new URL(request.url);
      url.host = `127.0.0.1:${port}`;
      const headers = new Headers(request.headers);
      // Asks the isolate for an uncompressed answer. The stack's own server compresses the answer
      // if the caller accepts that.
      headers.set("accept-encoding", "identity");
      const asked = forward(request, { url, headers });
      const answering = fetch(asked, { client: this.#client, signal: tooLong.signal });
      return await Promise.race([answering, aborted(signal)]);
    } catch (error) {
      if (tooLong.signal.aborted) return refusal("slow");
      // The connection breaks a moment before the stack learns why the process has ended.
      const { reason } = await Promise.race([this.ended, later({ reason: undefined })]);
      if (reason === undefined) throw error;
      return refusal(reason);
    } finally {
      clearTimeout(timer);
    }
  }

  async #boot(): Promise<void> {
    const pid = await this.#process.pid;
    const loadedMs = await processorMs(pid);
    this.#process.tell("load");
    const { countsBoot } = this.#limits;
    if (countsBoot) this.#watch(pid, loadedMs);
    await this.#process.port;
    if (!countsBoot) this.#watch(pid, await processorMs(pid));
  }

  #watch(pid: number, fromMs: number): void {
    const { wallMs } = this.#limits;
    this.#after(wallMs / 2, () => this.#retire());
    this.#after(wallMs * WARNED_AT, () => this.#process.tell("beforeunload wall_clock"));
    this.#after(wallMs, () => this.#end("wall_clock"));
    void this.#watchProcessor(pid, fromMs);
  }

  /**
   * Compares the used processor time with the limits. The wait between two comparisons is the time
   * that one busy thread needs to reach the next limit.
   */
  async #watchProcessor(pid: number, fromMs: number): Promise<void> {
    const { cpuSoftMs, cpuHardMs } = this.#limits;
    const steps = [
      { atMs: cpuSoftMs, act: () => this.#retire() },
      { atMs: cpuHardMs * WARNED_AT, act: () => this.#process.tell("beforeunload cpu") },
      { atMs: cpuHardMs, act: () => this.#end("cpu") },
    ].sort((a, b) => a.atMs - b.atMs);
    while (steps.length > 0 && this.#reason === undefined) {
      const used = await processorMs(pid).catch(() => undefined);
      if (used === undefined) return; // the process has ended
      const usedMs = used - fromMs;
      while (steps[0] && usedMs >= steps[0].atMs) steps.shift()!.act();
      const leftMs = (steps[0]?.atMs ?? 0) - usedMs;
      await new Promise<void>((resolve) => {
        this.#look = setTimeout(resolve, Math.max(leftMs, LOOK_MS));
      });
    }
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }

  #retire(): void {
    this.#isRetired = true;
    this.#dropIfIdle();
  }

  #dropIfIdle(): void {
    if (!this.#isRetired || this.#underWay > 0 || this.#isDropping) return;
    this.#isDropping = true;
    this.#process.tell("drop");
  }

  #end(reason: EndReason): void {
    this.#reason ??= reason;
    this.#process.kill();
  }
}

/** How long to wait for the end of a process whose connection broke. */
const LATER_MS = 2_000;

function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(value), LATER_MS);
    Deno.unrefTimer(timer);
  });
}

/** Returns a promise that never resolves, and rejects when the signal fires. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error("the isolate gave no answer"));
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true });
  });
}
