/**
 * The author of each movement of credits, and the references that have already moved credits (rules
 * 9 and 18 of docs/reference/rules.md).
 */
import { toText } from "./amounts.ts";

export class Books {
  readonly #moved = new Map<string, bigint>();
  readonly #contents = new Map<string, string>();

  constructor(private readonly balance: () => bigint) {}

  /** Runs `act`. Adds the resulting change of the balance to this author's sum. */
  by<T>(author: string, act: () => T): T {
    const before = this.balance();
    const result = act();
    this.#moved.set(author, (this.#moved.get(author) ?? 0n) + this.balance() - before);
    return result;
  }

  /**
   * Moves credits once for each reference. A second call with the same contents is a repeat; a call with
   * different contents is a conflict.
   */
  once<T extends string>(
    { movement, reference, contents }: {
      movement: string;
      reference: string | undefined;
      contents: string;
    },
    move: () => T,
  ): T | "duplicate" | "reference_conflict" {
    if (reference === undefined) return move();
    const key = `${movement} ${reference}`;
    const known = this.#contents.get(key);
    if (known !== undefined) return known === contents ? "duplicate" : "reference_conflict";
    const outcome = move();
    if (outcome === "ok") this.#contents.set(key, contents);
    return outcome;
  }

  get lines(): string[] {
    return [...this.#moved].filter(([, units]) => units !== 0n)
      .map(([author, units]) => `${author} ${toText(units)}`).sort();
  }
}
