/** A chat that is answered in one piece. */
import { codeOf, releaseChat, settleChat } from "./close-chat.ts";
import { keepAlive } from "./progress.ts";
import type { Answer, OpenChat } from "./open-chat.ts";

async function ask(chat: OpenChat) {
  const { holdId, services, ai, request } = chat;
  // The request lives, and the provider has given nothing yet.
  const beat = { p_hold_id: holdId, p_output_tokens: undefined };
  const stop = keepAlive(() => services.database.rpc("chats_record", beat));
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
 * The whole answer, charged. It goes on when the caller has left: the work was asked for and is paid, and a
 * repeat under the same key gets it.
 * @throws ApiError of the provider, nothing charged; or when the charge could not be made yet
 */
export async function answerChat(chat: OpenChat): Promise<Answer> {
  const work = ask(chat).then((completion) => settleChat(chat, completion));
  chat.services.waitUntil(work.catch(() => {}));
  return await work;
}
