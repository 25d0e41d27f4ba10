/**
 * Finished jobs, completed in company: while one call is under way the next gather, so many small jobs cost
 * few calls and a large one waits for nobody.
 */
import type { ResultOf } from "../../contracts/database/functions.ts";

interface Finished {
  readonly job_id: string;
  readonly token: number;
  readonly result: unknown;
}

type Completed = ResultOf<"jobs_complete">["jobs"][number];

interface Waiting {
  readonly finished: Finished;
  readonly resolve: (status: Completed["status"]) => void;
  readonly reject: (error: unknown) => void;
}

type Complete = (done: readonly Finished[]) => Promise<readonly Completed[]>;

// A result has up to 64 KiB, and the call should stay small enough for any gateway.
const MAX_TOGETHER = 50;

export class CompletionBatcher {
  #waiting: Waiting[] = [];
  #isFlushing = false;

  constructor(private readonly complete: Complete) {}

  /** What became of the job, once a call has said so. */
  add(finished: Finished): Promise<Completed["status"]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ finished, resolve, reject });
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // Jobs that end in the same moment go together: the first waits for them one turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, MAX_TOGETHER));
    this.#isFlushing = false;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.complete(batch.map(({ finished }) => finished));
      const byId = new Map(answers.map(({ job_id, status }) => [job_id, status]));
      for (const { finished, resolve } of batch) resolve(byId.get(finished.job_id) ?? "lost");
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      // One result that the database refuses, or one account that is locked, is no reason for the others to
      // fail or to wait.
      else await Promise.all(batch.map((each) => this.#send([each])));
    }
  }
}
