/**
 * Settles what the journal has: charges that could not be settled earlier, and calls that were cut
 * off by the end of their process.
 */
import { FarthingError } from "@farthing/client/server";
import { type CallTerms, removeRecord, settleRecord, type Shared } from "./call.ts";
import type { JournalRecord } from "./journal.ts";
import type { Charged, Free, Settled } from "./settle.ts";

export interface FinishOptions {
  /**
   * Whether this process is now the only one that uses the journal. This matters for a call that
   * another process began, and whose cost is not in the journal. If true, such a call is charged at
   * once. If false, it is charged only after its hold has expired, because it may still be running.
   */
  readonly alone?: boolean;
  /** The time at which holds are checked for expiry; by default the present time. */
  readonly now?: Date;
}

export interface Finished {
  readonly settled: readonly {
    readonly record: JournalRecord;
    readonly settlement: Settled | Free;
  }[];
  /** Charges that could not be settled and stay in the journal, each with the error. */
  readonly pending: readonly { readonly record: JournalRecord; readonly error: unknown }[];
  /** The records of calls that may still be running. */
  readonly running: readonly JournalRecord[];
  /** The names of records that cannot be read, and are left as they are. */
  readonly unreadable: readonly string[];
}

/**
 * Whether the service is unavailable or refuses the secret key. The settlement of the next record
 * would then fail, too.
 */
function isDown(error: unknown): boolean {
  return !(error instanceof FarthingError) || error.status === 0 || error.status === 401 ||
    error.status === 429 || error.status >= 500;
}

/** Returns the terms of a call, as far as its record contains them. */
function termsOf({ userId, reason, most }: JournalRecord): CallTerms {
  if (most.amount !== undefined) return { userId, reason, amount: most.amount };
  const { model, input_tokens, output_tokens, metadata } = most.usage;
  return {
    ...{ userId, reason, metadata, model },
    ...{ inputTokens: input_tokens, maxOutputTokens: output_tokens },
  };
}

/**
 * Returns the records that have to be settled, and the records of calls that may still run. A call
 * of this process may have ended after the journal was listed, so its state is taken from memory.
 */
function sorted(
  shared: Shared,
  records: readonly JournalRecord[],
  isOver: (record: JournalRecord) => boolean,
) {
  const due: Charged[] = [];
  const running: JournalRecord[] = [];
  for (const record of records) {
    if (record.startedBy === shared.id) {
      if (shared.running.has(record.id)) running.push(record);
    } else if (record.charge === null && !isOver(record)) running.push(record);
    else due.push({ ...record, charge: record.charge ?? record.most });
  }
  return { due, running };
}

export async function finishSettlements(
  shared: Shared,
  { alone = false, now = new Date() }: FinishOptions,
): Promise<Finished> {
  for (const id of shared.leftover) await removeRecord(shared, id);
  const { records, unreadable } = await shared.journal.list();
  const isOver = (record: JournalRecord) =>
    alone || Date.parse(record.holdExpiresAt) <= now.getTime();
  const { due, running } = sorted(shared, records, isOver);
  const settled: { record: JournalRecord; settlement: Settled | Free }[] = [];
  const pending: { record: JournalRecord; error: unknown }[] = [];
  let stopped: { error: unknown } | undefined;
  const settleNext = async (record: Charged) => {
    if (stopped) return void pending.push({ record, error: stopped.error });
    try {
      const settlement = await settleRecord(shared, record);
      settled.push({ record, settlement });
      shared.report(settlement, termsOf(record), record.id);
    } catch (error) {
      pending.push({ record, error });
      if (isDown(error)) stopped = { error };
    }
  };
  for (const record of due) await settleNext(record);
  for (const record of [...shared.unsettled.values()]) {
    const isEnding = shared.running.has(record.id);
    if (!isEnding && shared.unsettled.has(record.id)) await settleNext(record);
  }
  return { settled, pending, running, unreadable };
}
