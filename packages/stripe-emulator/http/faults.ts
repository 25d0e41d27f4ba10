import { StripeApiError } from "../core/errors.ts";

/** A failure of the next matching API requests. */
export interface Fault {
  /** Default: any method. */
  method?: string | undefined;
  /** The path's beginning, e.g. `/v1/checkout/sessions`. Default: any path. */
  path?: string | undefined;
  /** How many requests fail. Default 1. */
  times?: number | undefined;
  /** Milliseconds to wait before the request runs. */
  delay_ms?: number | undefined;
  /** The status of the answer: 429 or 5xx. */
  status?: number | undefined;
  /** Whether the request gets no answer until the faults are cleared. */
  hang?: boolean | undefined;
  /** Whether the failure comes after the request took effect, like a lost answer. */
  after?: boolean | undefined;
}

/** A fault that applies to a request. */
export interface MetFault extends Fault {
  /** Resolves when the faults are cleared. */
  readonly cleared: Promise<void>;
}

/** The faults that a control has set. Each request uses up at most one. */
export class FaultPlan {
  #planned: Array<Fault & { left: number }> = [];
  #clearing = Promise.withResolvers<void>();

  add(fault: Fault): void {
    this.#planned.push({ ...fault, left: fault.times ?? 1 });
  }

  /** The faults that are not used up. */
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

/** Waits or fails before the request runs. @throws StripeApiError if the request is not to run */
export async function before(fault: MetFault | undefined): Promise<void> {
  if (fault?.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
  if (fault && !fault.after) await meet(fault);
}

/** Fails after the request ran. @throws StripeApiError if the answer is to be lost */
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
