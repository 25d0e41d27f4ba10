/**
 * Lists all types of jobs. The list is not in job-type.ts, because the types import job-type.ts and
 * the imports would form a cycle.
 */
import type { JobType } from "../job-type.ts";
import { ledgerExport } from "./ledger-export.ts";
import { research } from "./research/research.ts";
import { usageBackfill } from "./usage-backfill.ts";

export const JOB_TYPES: readonly JobType[] = [research, ledgerExport, usageBackfill];
