/** All types of jobs. A list of its own: the types import job-type.ts, so it can't stand there. */
import type { JobType } from "./job-type.ts";
import { ledgerExport } from "./types/ledger-export.ts";
import { research } from "./types/research.ts";
import { usageBackfill } from "./types/usage-backfill.ts";

export const JOB_TYPES: readonly JobType[] = [research, ledgerExport, usageBackfill];
