/**
 * Completes finished jobs in batches. While one call runs, further finished jobs wait for the next
 * call, so many small jobs need few calls.
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

// A result can have 64 KiB, and gateways limit the size of a request, so the size of a batch is limited.
const MAX_TOGETHER = 50;

export class CompletionBatcher {
  #waiting: Waiting[] = [];
  #isFlushing = false;

  constructor(private readonly complete: Complete) {}

  /** Resolves to the job's status after the call; `lost` if another runner has the job. */
  add(finished: Finished): Promise<Completed["status"]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ finished, resolve, reject });
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // Jobs that end at the same moment share a call: the flush waits one turn of the event loop.
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
      // After a failed batch, each job is completed in a separate call. So a result that the
      // database refuses, or an account whose row another transaction has locked, affects only its
      // own job.
      else await Promise.all(batch.map((each) => this.#send([each])));
    }
  }
}
