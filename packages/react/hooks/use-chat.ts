/** A conversation with a model, streamed and charged. */
"use client";
import { useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type {
  ChatCharge,
  ChatRequest,
  ChatStream,
  FarthingError,
  ModelName,
} from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { isChargedTo } from "../core/queries.ts";
import { farthingErrorOf, isSignedOut } from "../core/reading-state.ts";

export interface ChatSettings {
  readonly model: ModelName;
  readonly maxOutputTokens?: number | undefined;
  /** Instructions for the model, before the first message. */
  readonly system?: string | undefined;
  /**
   * The messages of an earlier conversation: the value of `messages`, or its parsed JSON. They must
   * belong to the first user who is signed in: the hook reads them once, when that user is known. A
   * user who signs in later begins without messages. To pass each user's own messages, give the
   * component the user's id as its `key`.
   */
  readonly initialMessages?: readonly ChatMessage[] | undefined;
}

export interface ChatMessage {
  /** The message's position in the conversation, for React's `key`. */
  readonly id: number;
  readonly role: "user" | "assistant";
  readonly content: string;
  /** If the answer was `stopped` by the user, or has `failed`, the text may be incomplete. */
  readonly state: "complete" | "streaming" | "stopped" | "failed";
  /**
   * The price of an answer. Null for the user's own messages, and while the price is being settled.
   * `none` if nothing is charged. `unknown` if the price could not be read, which does not mean
   * that the answer was free.
   */
  readonly charge: ChatCharge | "none" | "unknown" | null;
}

/**
 * `streaming`: an answer arrives; `settling`: the answer has ended, and its price is being read;
 * `error`: the last answer failed.
 */
export interface ChatState {
  readonly status: "idle" | "signed_out" | "streaming" | "settling" | "error";
  readonly messages: readonly ChatMessage[];
  readonly error: FarthingError | null;
  /** While the answer is requested again: why the last attempt failed. Otherwise null. */
  readonly retrying: FarthingError | null;
  /**
   * Asks the model. Returns false and does nothing if the text is blank, if an answer is under way,
   * if its price is still being read, or if no user is known. In these cases the caller should keep
   * the user's text.
   */
  readonly send: (content: string) => boolean;
  /** Stops reading the answer. The model still completes it, and the whole answer is charged. */
  readonly stop: () => void;
}

interface Conversation {
  readonly of: string | null | undefined;
  readonly status: Exclude<ChatState["status"], "signed_out">;
  readonly messages: readonly ChatMessage[];
  readonly error: FarthingError | null;
  readonly retrying: FarthingError | null;
}

function requestOf(
  { model, maxOutputTokens, system }: ChatSettings,
  messages: readonly ChatMessage[],
): Omit<ChatRequest, "stream"> {
  const said = messages.filter(({ content }) => content !== "");
  return {
    model,
    ...maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens },
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
      ...said.map(({ role, content }) => ({ role, content })),
    ],
  };
}

/**
 * Returns the messages of an earlier conversation. If an answer was under way when the messages
 * were stored, its state becomes `stopped`. Its price was never read, so the price becomes
 * `unknown`.
 */
const restored = (messages: readonly ChatMessage[]): ChatMessage[] =>
  messages.map((message, id) => ({
    ...message,
    id,
    state: message.state === "streaming" ? "stopped" : message.state,
    charge: message.charge ?? (message.role === "assistant" ? "unknown" : null),
  }));

/** Reads the stream to its end. Returns the error if the stream broke off. */
async function readAll(
  stream: ChatStream,
  write: (text: string) => void,
): Promise<FarthingError | undefined> {
  try {
    for await (const text of stream) write(text);
    return undefined;
  } catch (error) {
    return farthingErrorOf(error instanceof Error ? error : new Error(String(error)));
  }
}

const chargeOf = (stream: ChatStream, signal: AbortSignal) =>
  stream.settled({ signal }).then((charge) => charge ?? "none", () => "unknown" as const);

type Shown =
  & Pick<Conversation, "status" | "messages">
  & Partial<Pick<Conversation, "error" | "retrying">>;

/** The abort controllers of an answer that is under way. */
interface UnderWay {
  /** Stops reading the answer. The price is still read. */
  readonly stop: AbortController;
  /** Stops reading the answer and its price, when the component is removed or the user changes. */
  readonly left: AbortController;
}

interface Asking {
  /** The conversation with the new question. */
  readonly messages: readonly ChatMessage[];
  readonly underWay: UnderWay;
  readonly open: (onRetry: (reason: FarthingError) => void) => ChatStream;
  readonly show: (state: Shown) => void;
}

/** Reads an answer and its price, and shows each change. */
async function ask({ messages, underWay, open, show }: Asking): Promise<void> {
  let answer: ChatMessage = {
    id: messages.length,
    role: "assistant",
    content: "",
    state: "streaming",
    charge: null,
  };
  const set = (
    status: Conversation["status"],
    change: Partial<ChatMessage>,
    more: Partial<Pick<Conversation, "error" | "retrying">> = {},
  ) => {
    answer = { ...answer, ...change };
    show({ status, messages: [...messages, answer], ...more });
  };
  set("streaming", {});
  const stream = open((reason) => set("streaming", {}, { retrying: reason }));
  const cause = await readAll(
    stream,
    (text) => set("streaming", { content: answer.content + text }),
  );
  const isStopped = cause !== undefined && underWay.stop.signal.aborted;
  const error = isStopped ? null : cause ?? null;
  set("settling", { state: isStopped ? "stopped" : error ? "failed" : "complete" }, { error });
  const charge = await chargeOf(stream, underWay.left.signal);
  set(error ? "error" : "idle", { charge }, { error });
}

/** Keeps a conversation of the signed-in user, until the component is removed. */
export function useChat(settings: ChatSettings): ChatState {
  const { farthing, userId } = useFarthingContext();
  const queries = useQueryClient();
  const nothing: Conversation = {
    of: userId,
    status: "idle",
    messages: [],
    error: null,
    retrying: null,
  };
  const [stored, set] = useState<Conversation>({ ...nothing, of: undefined });
  const underWay = useRef<UnderWay | null>(null);
  useEffect(() => {
    set((one) => {
      // Set the earlier messages in an effect. The first rendering must equal the server's, and the
      // server does not have the messages that the browser has stored.
      if (userId && !one.of) {
        return { ...one, of: userId, messages: restored(settings.initialMessages ?? []) };
      }
      // The user has signed in again, so the error that nobody was signed in is out of date.
      return isSignedOut(one.error) ? { ...one, status: "idle", error: null } : one;
    });
    return () => {
      underWay.current?.stop.abort();
      underWay.current?.left.abort();
      underWay.current = null;
    };
  }, [userId]);
  const chat = stored.of === userId ? stored : nothing;

  const send = async (content: string, userId: string): Promise<void> => {
    const own: UnderWay = { stop: new AbortController(), left: new AbortController() };
    underWay.current = own;
    const id = chat.messages.length;
    const question = { id, role: "user", content, state: "complete", charge: null } as const;
    const messages = [...chat.messages, question];
    const call = { signal: own.stop.signal, signedInAs: userId };
    await ask({
      messages,
      underWay: own,
      open: (onRetry) => farthing.chat.stream(requestOf(settings, messages), { ...call, onRetry }),
      // Do not show the answer if the component was removed or the user has changed.
      show: (state) => {
        if (underWay.current === own) set({ of: userId, error: null, retrying: null, ...state });
      },
    });
    if (underWay.current === own) underWay.current = null;
    void queries.invalidateQueries({ predicate: isChargedTo(userId) });
  };
  const { status, messages, error, retrying } = chat;
  return {
    status: userId === null || isSignedOut(error) ? "signed_out" : status,
    messages,
    error,
    retrying,
    send: (content) => {
      if (!userId || underWay.current !== null || content.trim() === "") return false;
      void send(content, userId);
      return true;
    },
    stop: () => underWay.current?.stop.abort(),
  };
}
