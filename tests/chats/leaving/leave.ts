/** The ways in which a caller can leave a streamed chat. */
import type OpenAI from "openai";
import { streamChat } from "../../support/work/chat.ts";
import type { World } from "../../support/project/world.ts";
import { sdkOf } from "../openai/sdk.ts";
import { callOf, type Chat, type Kind } from "./bill.ts";

/**
 * The body of a streamed chat for `/ai/chat`. It is the body of OpenAI's API with a different name
 * for the token limit.
 */
type OwnBody = OpenAI.ChatCompletionCreateParamsStreaming & { readonly max_output_tokens: number };

/** Begins a chat and leaves it. */
export type Leave = (world: World, chat: Chat) => Promise<void>;

/** Sends a chat. Aborting `signal` leaves the chat. */
export function send(
  world: World,
  { person, key, body }: Chat,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${world.url}/functions/v1/ai/chat`, {
    method: "POST",
    headers: { ...person.as, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

/** Leaves as soon as the provider has accepted the request. */
export const leaveAccepted: Leave = async (world, chat) => {
  const caller = new AbortController();
  const answering = send(world, chat, caller.signal).then((answer) => answer.body?.cancel());
  answering.catch(() => {});
  await callOf(world, chat, "begun");
  caller.abort();
  await answering.catch(() => {});
};

export const leaveAfter = (pieces: (kind: Kind) => number): Leave => async (world, chat) => {
  const { person, body, key, kind } = chat;
  await streamChat(world, person, body, (deltas) => deltas < pieces(kind), key);
};

/** Stays connected, but never reads the answer. */
export const standStill: Leave = async (world, chat) => {
  const answer = await send(world, chat);
  await callOf(world, chat, "ended");
  await answer.body?.cancel();
};

/** Leaves the chat at the answer's first piece. The caller is OpenAI's SDK. */
export const leaveSdk: Leave = async (world, { person, key, body }) => {
  const { max_output_tokens: max_completion_tokens, ...rest } = body as OwnBody;
  const headers = { "Idempotency-Key": key };
  const stream = await sdkOf(world, person).chat.completions
    .create({ ...rest, max_completion_tokens }, { headers });
  for await (const _ of stream) break;
};
