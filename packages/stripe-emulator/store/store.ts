import { type Change, Journal } from "./journal.ts";
import { inLiveMode, requireMode } from "./livemode.ts";

/** The field that every stored object has. */
export interface Entity {
  id: string;
}

export interface StoreOptions {
  dataFile?: string | undefined;
  /** Whether the objects are those of live mode (default false). */
  livemode?: boolean;
}

/**
 * The emulator's state: tables of objects by id, in the order of their creation. The state is in
 * memory. If there is a file, a journal stores the state there too, so that it outlives the
 * process.
 */
export class Store {
  readonly #tables = new Map<string, Map<string, Entity>>();
  readonly #journal: Journal | undefined;
  #unwritten: Change[] = [];
  /**
   * The changes that would undo everything since the last flush, in the order in which they were
   * recorded.
   */
  #undo: Change[] = [];

  readonly #livemode: boolean;

  /** @throws Error if the file holds objects of the other mode (test or live) */
  constructor({ dataFile, livemode = false }: StoreOptions = {}) {
    this.#livemode = livemode;
    if (dataFile === undefined) return;
    this.#journal = new Journal(dataFile);
    const stored = this.#journal.read();
    requireMode(stored.map(({ value }) => value), { livemode, dataFile });
    for (const change of stored) this.#apply(change);
    this.#journal.rewrite(this.#everything());
  }

  table(name: string): ReadonlyMap<string, Entity> {
    return this.#table(name);
  }

  /** Returns the number of objects in each table. */
  sizes(): Record<string, number> {
    return Object.fromEntries([...this.#tables].map(([name, rows]) => [name, rows.size]));
  }

  /** Stores an object with the mode of this store. Returns the stored object. */
  put<T extends Entity>(table: string, value: T): T {
    const stored = this.#livemode ? inLiveMode(value) : value;
    this.#record({ table, id: value.id, value: stored });
    return stored;
  }

  remove(table: string, id: string): void {
    this.#record({ table, id });
  }

  /** Removes everything except the named tables. */
  clear(except: string[] = []): void {
    for (const name of this.#tables.keys()) {
      if (!except.includes(name)) this.#tables.delete(name);
    }
    this.#unwritten = [];
    this.#undo = [];
    this.#journal?.rewrite(this.#everything());
  }

  /** Writes the changes since the last flush to the file. Returns when the file contains them. */
  flush(): void {
    this.#undo = [];
    if (this.#unwritten.length === 0) return;
    const changes = this.#unwritten;
    this.#unwritten = [];
    this.#journal?.append(changes);
  }

  /** Undoes all changes since the last flush, because the call that made them has failed. */
  rollback(): void {
    for (const change of this.#undo.reverse()) this.#apply(change);
    this.#undo = [];
    this.#unwritten = [];
  }

  #record(change: Change): void {
    const { table, id } = change;
    this.#undo.push({ table, id, value: this.#table(table).get(id) });
    this.#apply(change);
    if (this.#journal) this.#unwritten.push(change);
  }

  #apply({ table, id, value }: Change): void {
    if (value === undefined) this.#table(table).delete(id);
    else this.#table(table).set(id, value as Entity);
  }

  #table(name: string): Map<string, Entity> {
    let found = this.#tables.get(name);
    if (!found) this.#tables.set(name, found = new Map());
    return found;
  }

  #everything(): Change[] {
    return [...this.#tables].flatMap(([table, rows]) =>
      [...rows].map(([id, value]) => ({ table, id, value }))
    );
  }
}
