/**
 * Records how much of a stream has come, so that a scheduled task can charge it when its process died. Why at
 * most 64 tokens ahead of the record: the task's charge has to cover them, and a record is a round trip that
 * the caller waits for.
 */
import { ApiError } from "../_shared/core/errors.ts";
import type { OpenChat } from "./open-chat.ts";

/** A chat that is silent for 60 s is closed by a scheduled task. */
const HEARTBEAT_MS = 15_000;

/** Beats until it is stopped. A failed beat does no harm: one of four in 60 s is enough. */
export function keepAlive(beat: () => Promise<unknown>, everyMs = HEARTBEAT_MS): () => void {
  const timer = setInterval(() => beat().catch(() => {}), everyMs);
  return () => clearInterval(timer);
}

/** The received tokens are never more than this ahead of the recorded ones. */
const MAX_UNRECORDED_TOKENS = 64;
const RECORD_EVERY_MS = 1_000;

export interface Progress {
  /** Call before each piece is sent, with all tokens up to its end. @throws when it cannot be recorded */
  advance(tokens: number): Promise<void>;
  stop(): void;
}

/** Records that the provider has accepted, and goes on from there. @throws when it cannot be recorded */
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

  /** One at a time, so that an older count never arrives after a newer one. */
  function record(tokens: number): Promise<void> {
    writing = writing.catch(() => {}).then(() => write(tokens));
    return writing;
  }

  await record(0);
  // A beat whose failure nobody awaits is answered by the next record.
  const stop = keepAlive(() => record(delivered));
  return {
    stop,
    async advance(tokens) {
      const isDue = now().getTime() - recordedMs >= RECORD_EVERY_MS;
      if (isDue || tokens - recorded > MAX_UNRECORDED_TOKENS) await record(tokens);
      delivered = tokens;
    },
  };
}
