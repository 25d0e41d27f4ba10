/** Lists all types of jobs. The types import job-type.ts, so the list must be in a file of its own. */
import type { JobType } from "../job-type.ts";
import { ledgerExport } from "./ledger-export.ts";
import { research } from "./research/research.ts";
import { usageBackfill } from "./usage-backfill.ts";

export const JOB_TYPES: readonly JobType[] = [research, ledgerExport, usageBackfill];
