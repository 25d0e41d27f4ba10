import { StripeApiError } from "../core/errors.ts";

/** What is to go wrong with the next matching API requests. */
export interface Fault {
  /** Default: any method. */
  method?: string | undefined;
  /** Beginning of the path, e.g. `/v1/checkout/sessions`. Default: any path. */
  path?: string | undefined;
  /** How many requests; default 1. */
  times?: number | undefined;
  /** Waits so long before the request is carried out. */
  delay_ms?: number | undefined;
  /** Answers with this status instead: 429 or 5xx. */
  status?: number | undefined;
  /** No answer comes until the faults are cleared. */
  hang?: boolean | undefined;
  /** The fault comes after the request took effect: what a lost answer looks like. */
  after?: boolean | undefined;
}

/** A fault that a request has met. */
export interface MetFault extends Fault {
  /** Resolves when the faults are cleared. */
  readonly cleared: Promise<void>;
}

/** Faults asked for by a control, used up one request at a time. */
export class FaultPlan {
  #planned: Array<Fault & { left: number }> = [];
  #clearing = Promise.withResolvers<void>();

  add(fault: Fault): void {
    this.#planned.push({ ...fault, left: fault.times ?? 1 });
  }

  /** Those still to come. */
  left(): Fault[] {
    return this.#planned.filter((fault) => fault.left > 0);
  }

  clear(): void {
    this.#planned = [];
    this.#clearing.resolve();
    this.#clearing = Promise.withResolvers();
  }

  /** The fault for this request, which is thereby used up. */
  take(method: string, path: string): MetFault | undefined {
    const found = this.#planned.find((fault) =>
      fault.left > 0 && (fault.method ?? method) === method && path.startsWith(fault.path ?? "")
    );
    if (!found) return;
    found.left -= 1;
    return { ...found, cleared: this.#clearing.promise };
  }
}

/** @throws StripeApiError where the request is not carried out */
export async function before(fault: MetFault | undefined): Promise<void> {
  if (fault?.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
  if (fault && !fault.after) await meet(fault);
}

/** @throws StripeApiError where the answer is lost */
export async function after(fault: MetFault | undefined): Promise<void> {
  if (fault?.after) await meet(fault);
}

async function meet({ hang, cleared, status }: MetFault): Promise<void> {
  if (hang) await cleared;
  if (hang || status) throw plannedError(status ?? 503);
}

function plannedError(status: number): StripeApiError {
  if (status === 429) {
    return new StripeApiError(429, "Too many requests (asked for by a control).", {
      code: "rate_limit",
    });
  }
  return new StripeApiError(status, "Something went wrong (asked for by a control).", {
    type: "api_error",
  });
}
