/**
 * Records how many tokens of a stream have arrived, so that a scheduled task can charge for them if the
 * process dies. The record may lag behind by up to 64 tokens, and the scheduled task's charge covers the lag.
 * A smaller lag would make the caller wait for more database calls.
 */
import { ApiError } from "../_shared/core/errors.ts";
import { HEARTBEAT_MS, keepAlive } from "./pings-and-heartbeats.ts";
import type { OpenChat } from "./open-chat.ts";

/** The maximum number of tokens that may have arrived without being recorded. */
const MAX_UNRECORDED_TOKENS = 64;
const RECORD_EVERY_MS = 1_000;

export interface Progress {
  /**
   * Call this method before each piece is sent, with the number of tokens up to the end of the
   * piece.
   * @throws ApiError if the tokens cannot be recorded
   */
  advance(tokens: number): Promise<void>;
  stop(): void;
}

/**
 * Records that the model's provider has accepted the request, and starts the heartbeats.
 * @throws ApiError if the acceptance cannot be recorded
 */
export async function startProgress({ holdId, services }: OpenChat): Promise<Progress> {
  const { database, now } = services;
  let delivered = 0;
  let recorded = 0;
  let recordedMs = now().getTime();
  let writing: Promise<void> = Promise.resolve();

  async function write(tokens: number): Promise<void> {
    const args = { p_hold_id: holdId, p_output_tokens: tokens };
    const { status } = await database.rpc("chats_record", args);
    if (status === "closed") {
      throw new ApiError("upstream_unavailable", { internal: "the chat was closed meanwhile" });
    }
    recorded = Math.max(recorded, tokens);
    recordedMs = now().getTime();
  }

  /** Writes one record at a time, so that an older count never arrives after a newer one. */
  function record(tokens: number): Promise<void> {
    writing = writing.catch(() => {}).then(() => write(tokens));
    return writing;
  }

  await record(0);
  // A failed heartbeat is ignored, because the next record reports the same failure.
  const stop = keepAlive(() => record(delivered), HEARTBEAT_MS);
  return {
    stop,
    async advance(tokens) {
      const isDue = now().getTime() - recordedMs >= RECORD_EVERY_MS;
      if (isDue || tokens - recorded > MAX_UNRECORDED_TOKENS) await record(tokens);
      delivered = tokens;
    },
  };
}
