import { StripeApiError } from "../core/errors.ts";

/** A fault that `POST /_emulator/faults` adds. It applies to the next matching API requests. */
export interface Fault {
  /** Default: any method. */
  method?: string | undefined;
  /** How the path begins, e.g. `/v1/checkout/sessions`. Default: any path. */
  path?: string | undefined;
  /** How many requests the fault applies to. Default 1. */
  times?: number | undefined;
  /** Milliseconds to wait before the request runs. */
  delay_ms?: number | undefined;
  /** The HTTP status of the answer: 429 or 5xx. */
  status?: number | undefined;
  /** Whether the request gets no answer until `DELETE /_emulator/faults` clears the faults. */
  hang?: boolean | undefined;
  /** Whether the request takes effect before it fails, as when an answer is lost. */
  after?: boolean | undefined;
}

/** A fault that applies to the current request. */
export interface MetFault extends Fault {
  /** Resolves when the faults are cleared. */
  readonly cleared: Promise<void>;
}

/** The faults that `POST /_emulator/faults` has added. Each request triggers at most one fault. */
export class FaultPlan {
  #planned: Array<Fault & { left: number }> = [];
  #clearing = Promise.withResolvers<void>();

  add(fault: Fault): void {
    this.#planned.push({ ...fault, left: fault.times ?? 1 });
  }

  /** Returns the faults that will still apply to requests. */
  left(): Fault[] {
    return this.#planned.filter((fault) => fault.left > 0);
  }

  clear(): void {
    this.#planned = [];
    this.#clearing.resolve();
    this.#clearing = Promise.withResolvers();
  }

  /** Returns the fault for this request and counts it as used. */
  take(method: string, path: string): MetFault | undefined {
    const found = this.#planned.find((fault) =>
      fault.left > 0 && (fault.method ?? method) === method && path.startsWith(fault.path ?? "")
    );
    if (!found) return;
    found.left -= 1;
    return { ...found, cleared: this.#clearing.promise };
  }
}

/**
 * Applies the part of a fault that comes before the request runs: its wait, and its failure unless
 * the fault has `after`.
 * @throws StripeApiError if the request must not run
 */
export async function before(fault: MetFault | undefined): Promise<void> {
  if (fault?.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
  if (fault && !fault.after) await meet(fault);
}

/**
 * Makes a request fail after it has run, if the fault has `after`.
 * @throws StripeApiError that is sent instead of the answer
 */
export async function after(fault: MetFault | undefined): Promise<void> {
  if (fault?.after) await meet(fault);
}

async function meet({ hang, cleared, status }: MetFault): Promise<void> {
  if (hang) await cleared;
  if (hang || status) throw plannedError(status ?? 503);
}

function plannedError(status: number): StripeApiError {
  if (status === 429) {
    return new StripeApiError(429, "Too many requests (a fault set by POST /_emulator/faults).", {
      code: "rate_limit",
    });
  }
  return new StripeApiError(
    status,
    "Something went wrong (a fault set by POST /_emulator/faults).",
    {
      type: "api_error",
    },
  );
}
