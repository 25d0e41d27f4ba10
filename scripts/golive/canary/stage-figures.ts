/** The figures of a stage and of the time before it, and the gates that judge them. */
import type { Proved } from "../shared/database.ts";

export interface RouteFigures {
  readonly requests: number;
  readonly p95Ms: number | null;
}

/** The figures by route, without the routes that only operators and monitors call. */
export type Routes = Readonly<Record<string, RouteFigures>>;

/** The routes of a stage, with the histograms of their durations. */
export type StageRoutes = Readonly<
  Record<string, RouteFigures & { readonly buckets: readonly number[] }>
>;

export interface StageFigures {
  /** The requests of users since the start of the stage, and those that ended in a server error. */
  readonly counted: { readonly requests: number; readonly errors: number };
  readonly routes: StageRoutes;
  readonly webhooks: { readonly sent: number; readonly arrived: number };
  /** Attempts to send an email since the start of the stage. */
  readonly emails: { readonly sent: number; readonly failed: number };
  /** Null if the database does not report its connections. */
  readonly connections: { readonly used: number; readonly most: number } | null;
  /** Null if no proof was run. */
  readonly proof: Proved | null;
}

/** The figures before the first stage. */
export interface Baseline {
  readonly routes: Routes;
}

export interface Gate {
  readonly name:
    | "error-rate"
    | "p95"
    | "webhook-success"
    | "email"
    | "connections"
    | "cpu"
    | "proof";
  /** A `warning` does not end the canary, but a person must look at its cause. */
  readonly verdict: "passed" | "warning" | "closed" | "no data" | "skipped";
  readonly says: string;
}
