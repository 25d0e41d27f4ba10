/** Reads the cost of an answer from its hold, after its stream has ended early. */
import type { ChatAnswer } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { pollSeconds } from "../core/clock.ts";
import { FarthingError } from "../core/farthing-error.ts";
import type { PinnedOptions } from "../core/send.ts";

type Known = "credits" | "hold_id";

/**
 * The price of an answer. If the stream ended early, the price was read from the hold, and all
 * fields that a hold does not have are null.
 */
export type ChatCharge =
  & Pick<ChatAnswer, Known>
  & { readonly [Key in keyof Omit<ChatAnswer, Known | "message">]: ChatAnswer[Key] | null };

/**
 * The time to wait for a final charge: 200 seconds, and 20 more for the last poll. The service ends
 * a chat at most two minutes after its reader has disconnected. If the service's process was
 * killed, a scheduled task ends the chat within the same time. After that, the request that began
 * the chat may still change the charge, until 200 seconds after the chat began.
 */
const SETTLED_MS = 220_000;

/**
 * Polls the hold until the chat has ended and its charge is final. At first a charge is not final:
 * if the chat's process only seemed dead, it may still charge a released hold, or lower the charge.
 * Never repeats the chat's own request: if the service's process was killed, a repeated request
 * would begin a second chat.
 * @returns null if the hold was released, and no charge can follow
 * @throws FarthingError `deadline_exceeded` if the charge is not final at the deadline
 */
export async function chargeOfHold(
  api: Api,
  holdId: string,
  { timeoutMs = SETTLED_MS, ...options }: PinnedOptions,
): Promise<ChatCharge | null> {
  const until = api.clock.now() + timeoutMs;
  const path = { id: holdId };
  for (let looks = 0;; looks++) {
    const call = { ...options, timeoutMs: until - api.clock.now() };
    const { status, settled, chat } = await api.read("/credits/holds/{id}", { path }, call);
    if (status !== "open" && chat?.is_final !== false) {
      const credits = chat?.credits ?? settled ?? "0";
      if (status === "released" && Number(credits) === 0) return null;
      const unknown = { balance_after: null, usage: null, finish_reason: null };
      return { credits, hold_id: holdId, ...unknown };
    }
    const wait = looks < 2 ? 1000 : pollSeconds(looks - 1) * 1000;
    if (api.clock.now() + wait >= until) {
      const message = `The charge is not final after ${timeoutMs} ms. Call settled() again.`;
      const facts = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
      throw new FarthingError({ ...facts, details: { hold_id: holdId } });
    }
    await api.clock.wait(wait, options.signal);
  }
}
