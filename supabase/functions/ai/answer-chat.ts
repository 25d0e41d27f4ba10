/** Answers a chat with one JSON response, without a stream. */
import { codeOf, releaseChat, settleChat } from "./close-chat.ts";
import { HEARTBEAT_MS, keepAlive } from "./pings-and-heartbeats.ts";
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { OpenChat } from "./open-chat.ts";

async function ask(chat: OpenChat) {
  const { holdId, services, ai, request } = chat;
  // Without `p_output_tokens`, a heartbeat says that the request is alive and that the model's
  // provider has sent nothing yet.
  const beat = { p_hold_id: holdId, p_output_tokens: undefined };
  const stop = keepAlive(() => services.database.rpc("chats_record", beat), HEARTBEAT_MS);
  try {
    return await ai.complete({ ...request, signal: services.lifetime.ending });
  } catch (error) {
    await releaseChat(chat, codeOf(error));
    throw error;
  } finally {
    stop();
  }
}

/**
 * Returns the whole answer after charging for it. If the caller disconnects, the work continues:
 * the answer is charged anyway, and a retry with the same key gets it.
 * @throws ApiError of the model's provider, in which case nothing is charged; ApiError of the
 *   database if the chat could not be settled yet
 */
export async function answerChat(chat: OpenChat): Promise<Answer> {
  const work = ask(chat).then((completion) => settleChat(chat, completion));
  chat.services.waitUntil(work.catch(() => {}));
  return await work;
}
