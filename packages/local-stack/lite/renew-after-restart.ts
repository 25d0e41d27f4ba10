/**
 * Creates a new instance of a part of @supabase/lite each time the database is available again. The
 * old instance may hang: if a server dies during a transaction, postgres.js can wait for ever on a
 * connection that never returns to its pool.
 */
interface Part {
  close(): Promise<void>;
}

export interface Renewed<P extends Part> {
  /** The newest instance of the part. */
  readonly current: P;
  /**
   * Passes a call to the current part. If the part is replaced before it answers, the call gets a
   * 503.
   */
  answer(call: (part: P) => Promise<Response>): Promise<Response>;
  renew(): void;
  close(): Promise<void>;
}

const unavailable = () =>
  Response.json({ code: "57P01", message: "the database was restarted" }, { status: 503 });

export function renewed<P extends Part>(make: () => P): Renewed<P> {
  let current = make();
  const underWay = new Set<() => void>();
  return {
    get current() {
      return current;
    },
    answer: (call) =>
      new Promise((resolve, reject) => {
        const giveUp = () => resolve(unavailable());
        underWay.add(giveUp);
        call(current).then(resolve, reject).finally(() => underWay.delete(giveUp));
      }),
    renew() {
      const old = current;
      current = make();
      for (const giveUp of underWay) giveUp();
      underWay.clear();
      void old.close().catch(() => {});
    },
    close: () => current.close(),
  };
}
