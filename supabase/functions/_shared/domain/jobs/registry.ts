/** Every type of job there is. */
import type { JobType } from "./job-type.ts";
import { ledgerExport } from "./types/ledger-export.ts";
import { research } from "./types/research.ts";
import { usageBackfill } from "./types/usage-backfill.ts";

export const JOB_TYPES: readonly JobType[] = [research, ledgerExport, usageBackfill];
