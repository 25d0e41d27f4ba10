/** Settles what the journal has: charges that could not be settled, and calls that were cut off. */
import { FarthingError } from "@farthing/client/server";
import { settleRecord, type Shared } from "./call.ts";
import type { JournalRecord } from "./journal.ts";
import type { Free, Settled } from "./settle.ts";

export interface FinishOptions {
  /**
   * Whether no other process uses the journal now. Calls that another process began are then
   * charged at once; otherwise only after their holds have expired, because the calls may still
   * run.
   */
  readonly alone?: boolean;
  /** The present time. */
  readonly now?: Date;
}

export interface Finished {
  readonly settled: readonly {
    readonly record: JournalRecord;
    readonly settlement: Settled | Free;
  }[];
  /** Charges that stay in the journal, each with the reason. */
  readonly pending: readonly { readonly record: JournalRecord; readonly error: unknown }[];
  /** The calls that may still run. */
  readonly running: readonly JournalRecord[];
  /** The names of records that cannot be read, and are left as they are. */
  readonly unreadable: readonly string[];
}

/** Whether the service cannot be reached now, so that the next record would fail, too. */
function isDown(error: unknown): boolean {
  return !(error instanceof FarthingError) || error.status === 0 || error.status === 401 ||
    error.status >= 500;
}

export async function finishSettlements(
  shared: Shared,
  { alone = false, now = new Date() }: FinishOptions,
): Promise<Finished> {
  const { records, unreadable } = await shared.journal.list();
  const byId = new Map(records.map((record) => [record.id, record]));
  for (const [id, record] of shared.unsettled) byId.set(id, record);
  const settled: { record: JournalRecord; settlement: Settled | Free }[] = [];
  const pending: { record: JournalRecord; error: unknown }[] = [];
  const running: JournalRecord[] = [];
  let stopped: { error: unknown } | undefined;
  for (const record of byId.values()) {
    const isOver = alone || Date.parse(record.holdExpiresAt) <= now.getTime();
    const mayRun = shared.running.has(record.id) || record.charge === null && !isOver;
    if (mayRun) running.push(record);
    else if (stopped) pending.push({ record, error: stopped.error });
    else {
      try {
        const charged = { ...record, charge: record.charge ?? record.most };
        settled.push({ record, settlement: await settleRecord(shared, charged) });
      } catch (error) {
        pending.push({ record, error });
        if (isDown(error)) stopped = { error };
      }
    }
  }
  return { settled, pending, running, unreadable };
}
