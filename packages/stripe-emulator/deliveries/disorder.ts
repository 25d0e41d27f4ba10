/** Ways in which a test can disturb deliveries, through requests under `/_emulator`. */
import { matchesType } from "../resources/events.ts";

export interface Disorder {
  /**
   * Event types whose deliveries are held until a request under `/_emulator` releases them.
   * Patterns such as `charge.*` are allowed.
   */
  readonly hold: string[];
  /** How many times each event is delivered to an endpoint. */
  readonly copies: number;
  /** The events whose deliveries fail. Absent: none. */
  readonly fail?: FailingEvents | undefined;
  /** The `livemode` that delivered events have. Absent: that of the emulator. */
  readonly livemode?: boolean | undefined;
}

export const ORDER: Disorder = { hold: [], copies: 1 };

export interface FailRule {
  /** The percentage of events whose deliveries fail. */
  readonly percent: number;
  readonly types: string[];
  /** The status that a failed attempt has. */
  readonly status: number;
}

/**
 * Chooses the events whose deliveries fail: a fixed share, spread evenly. With 25 percent, every
 * fourth event fails. The choice is made once for each event, so that a failed event also fails
 * when its delivery is repeated.
 */
export class FailingEvents {
  readonly #rule: FailRule;
  readonly #chosen = new Map<string, boolean>();

  constructor(rule: FailRule) {
    this.#rule = rule;
  }

  /**
   * Returns the status with which an attempt to deliver the event fails; undefined if it does not
   * fail.
   */
  statusOf({ event, type }: { event: string; type: string }): number | undefined {
    const { percent, types, status } = this.#rule;
    if (!types.some((pattern) => matchesType(pattern, type))) return undefined;
    const before = this.#chosen.size;
    const due = (events: number) => Math.floor(events * percent / 100);
    const fails = this.#chosen.get(event) ?? due(before + 1) > due(before);
    this.#chosen.set(event, fails);
    return fails ? status : undefined;
  }

  toJSON(): FailRule {
    return this.#rule;
  }
}
