/** The journal of calls whose charge is not settled yet. */
import type { HoldCharge } from "@farthing/client/server";

/** One call: its ids, amounts and reason. It never contains a prompt or an answer. */
export interface JournalRecord {
  readonly id: string;
  readonly holdId: string;
  readonly userId: string;
  readonly reason: string;
  /** The credits that are held. */
  readonly held: string;
  /** When the hold expires, in RFC 3339. */
  readonly holdExpiresAt: string;
  /**
   * The id of the `Metering` that began the call. Each `Metering` has a new id, so the id also
   * changes with each start of the app.
   */
  readonly startedBy: string;
  /** The most that the call can cost. It is charged if the process ends during the call. */
  readonly most: HoldCharge;
  /** The cost of the call; null until the call has ended. */
  readonly charge: HoldCharge | null;
}

/** Where records are stored. All processes of an app may share a journal. */
export interface Journal {
  /** Stores a record durably. Replaces the record with the same id. */
  write(record: JournalRecord): Promise<void>;
  /** Removes a record. Does nothing if there is none. */
  remove(id: string): Promise<void>;
  /** Returns all records, and the names of those that cannot be read. */
  list(): Promise<{ records: JournalRecord[]; unreadable: string[] }>;
}

/**
 * Makes a journal in memory, for tests and for processes that may lose charges: a call that is
 * unsettled when the process ends is never charged.
 */
export function memoryJournal(): Journal {
  const records = new Map<string, JournalRecord>();
  return {
    write(record) {
      records.set(record.id, record);
      return Promise.resolve();
    },
    remove(id) {
      records.delete(id);
      return Promise.resolve();
    },
    list: () => Promise.resolve({ records: [...records.values()], unreadable: [] }),
  };
}
