/** All types of jobs. A list of its own: the types import job-type.ts, so the list cannot stand there. */
import type { JobType } from "../job-type.ts";
import { ledgerExport } from "./ledger-export.ts";
import { research } from "./research/research.ts";
import { usageBackfill } from "./usage-backfill.ts";

export const JOB_TYPES: readonly JobType[] = [research, ledgerExport, usageBackfill];
