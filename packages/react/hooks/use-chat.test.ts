import { deepEqual, equal } from "node:assert/strict";
import { type ChatCharge, type ChatRequest, FarthingError } from "@farthing/client";
import { untilAborted } from "../testing/fake-jobs.ts";
import { act, fake, waitFor, withHook } from "../testing/page.tsx";
import { type ChatMessage, useChat } from "./use-chat.ts";

const charge = { credits: "2", finish_reason: "stop" } as ChatCharge;
const refusal = (code: "insufficient_credits" | "unauthenticated", status: number) =>
  new FarthingError({ code, message: code, status, retryable: false });

interface Options {
  readonly signal: AbortSignal;
  readonly onRetry: (reason: FarthingError) => void;
}

interface Stream {
  readonly read: (signal: AbortSignal, onRetry: Options["onRetry"]) => AsyncGenerator<string>;
  readonly settled?: (options?: { readonly signal?: AbortSignal }) => Promise<ChatCharge | null>;
}

/** Makes a client that returns these streams, one after the other. */
function answering(...streams: Stream[]) {
  const asked: ChatRequest["messages"][] = [];
  const signals: AbortSignal[] = [];
  const stream = ({ messages }: ChatRequest, { signal, onRetry }: Options) => {
    asked.push(messages);
    signals.push(signal);
    const { read, settled = () => Promise.resolve(charge) } = streams.shift()!;
    return { [Symbol.asyncIterator]: () => read(signal, onRetry), settled };
  };
  return { farthing: fake({ chat: { stream: stream as never } }), asked, signals };
}

const chat = () => useChat({ model: "gpt-4o", system: "Be brief." });
/** Sends the text, and returns whether the hook has accepted it. */
function sends({ send }: ReturnType<typeof useChat>, text: string): boolean {
  let isTaken = false;
  act(() => void (isTaken = send(text)));
  return isTaken;
}

const last = (state: ReturnType<typeof useChat>) => state.messages.at(-1);

Deno.test("an answer streams, is settled, and is part of the next request", async () => {
  const more = Promise.withResolvers<void>();
  const price = Promise.withResolvers<ChatCharge>();
  const { farthing, asked } = answering(
    {
      async *read() {
        yield "A co";
        await more.promise;
        yield "in.";
      },
      settled: () => price.promise,
    },
    {
      async *read() {
        yield await Promise.resolve("Four.");
      },
    },
  );
  await withHook(chat, { farthing }, async ({ current }) => {
    equal(current().status, "idle");
    equal(sends(current(), " \n"), false);
    equal(sends(current(), "What is a farthing?"), true);
    await waitFor(() => equal(last(current())?.content, "A co"));
    equal(current().status, "streaming");
    equal(sends(current(), "This is not sent."), false);
    more.resolve();
    await waitFor(() => equal(current().status, "settling"));
    deepEqual([last(current())?.content, last(current())?.charge], ["A coin.", null]);
    price.resolve(charge);
    await waitFor(() => equal(current().status, "idle"));
    equal(last(current())?.charge, charge);
    act(() => current().send("How many in a penny?"));
    await waitFor(() => equal(last(current())?.content, "Four."));
    await waitFor(() => equal(current().status, "idle"));
  });
  deepEqual(asked.map((messages) => messages.map(({ content }) => content)), [
    ["Be brief.", "What is a farthing?"],
    ["Be brief.", "What is a farthing?", "A coin.", "How many in a penny?"],
  ]);
});

Deno.test("a stopped answer is charged, and a price that can't be read is unknown", async () => {
  const { farthing } = answering({
    async *read(signal) {
      yield "A";
      await untilAborted(signal);
    },
    settled: () => Promise.reject(new Error("offline")),
  });
  await withHook(chat, { farthing }, async ({ current }) => {
    act(() => current().send("Hello"));
    await waitFor(() => equal(last(current())?.content, "A"));
    act(() => current().stop());
    await waitFor(() => equal(current().status, "idle"));
    deepEqual(last(current()), {
      ...{ id: 1, role: "assistant", content: "A", state: "stopped", charge: "unknown" },
    });
  });
});

Deno.test("a refused answer is an error, costs nothing, and is not part of the next", async () => {
  const { farthing, asked } = answering(
    {
      // deno-lint-ignore require-yield
      async *read() {
        await Promise.resolve();
        throw refusal("insufficient_credits", 402);
      },
      settled: () => Promise.resolve(null),
    },
    {
      async *read() {
        yield await Promise.resolve("Hello.");
      },
    },
  );
  await withHook(chat, { farthing }, async ({ current }) => {
    act(() => current().send("One"));
    await waitFor(() => equal(current().status, "error"));
    equal(current().error?.message, "insufficient_credits");
    deepEqual([last(current())?.state, last(current())?.charge], ["failed", "none"]);
    act(() => current().send("Two"));
    await waitFor(() => equal(current().status, "idle"));
  });
  deepEqual(asked[1]?.map(({ content }) => content), ["Be brief.", "One", "Two"]);
});

Deno.test("a conversation needs a user, and no user sees the conversation of another", async () => {
  const { farthing, signals } = answering({
    async *read(signal) {
      yield "A";
      await untilAborted(signal);
    },
  });
  await withHook(chat, { farthing }, async ({ current, show }) => {
    act(() => current().send("Hello"));
    await waitFor(() => equal(last(current())?.content, "A"));
    show("user-2");
    deepEqual([current().status, current().messages], ["idle", []]);
    equal(signals[0]!.aborted, true);
    for (const nobody of [null, undefined]) {
      show(nobody);
      equal(current().status, nobody === null ? "signed_out" : "idle");
      equal(sends(current(), "Hello"), false);
    }
    equal(signals.length, 1);
  });
});

/**
 * Makes a client whose stream runs until it is stopped. The call that then reads the price runs
 * until its own signal aborts.
 */
function endlessPrice() {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const client = answering({
    async *read(signal) {
      yield "A";
      await untilAborted(signal);
    },
    settled: ({ signal } = {}) => {
      asked.resolve(signal);
      return signal ? untilAborted(signal) : new Promise(() => {});
    },
  });
  return { ...client, asked: asked.promise };
}

Deno.test("the price of a stopped answer is read until the user changes", async () => {
  const { farthing, asked } = endlessPrice();
  await withHook(chat, { farthing }, async ({ current, show }) => {
    act(() => current().send("Hello"));
    await waitFor(() => equal(last(current())?.content, "A"));
    act(() => current().stop());
    await waitFor(() => equal(current().status, "settling"));
    const signal = await asked;
    act(() => current().stop());
    equal(signal?.aborted, false);
    show("user-2");
    equal(signal?.aborted, true);
    deepEqual(current().messages, []);
  });
});

Deno.test("the price of an answer is no longer read when the chat was removed", async () => {
  const { farthing, asked } = endlessPrice();
  let signal: AbortSignal | undefined;
  await withHook(chat, { farthing }, async ({ current }) => {
    act(() => current().send("Hello"));
    await waitFor(() => equal(last(current())?.content, "A"));
    act(() => current().stop());
    await waitFor(() => equal(current().status, "settling"));
    signal = await asked;
    equal(signal?.aborted, false);
  });
  equal(signal?.aborted, true);
});

Deno.test("a refused session no longer counts when the same user signs in again", async () => {
  const { farthing } = answering({
    // deno-lint-ignore require-yield
    async *read() {
      await Promise.resolve();
      throw refusal("unauthenticated", 401);
    },
    settled: () => Promise.resolve(null),
  });
  await withHook(chat, { farthing }, async ({ current, show }) => {
    act(() => current().send("Hello"));
    await waitFor(() => equal(current().status, "signed_out"));
    show(null);
    show("user-1");
    await waitFor(() => equal(current().status, "idle"));
    equal(current().messages[0]?.content, "Hello");
  });
});

Deno.test("while the client repeats a request, the chat says why, until the answer begins", async () => {
  const began = Promise.withResolvers<void>();
  const { farthing } = answering({
    async *read(_, onRetry) {
      onRetry(
        new FarthingError({ code: "network_error", message: "", status: 0, retryable: true }),
      );
      await began.promise;
      yield "Four.";
    },
  });
  await withHook(chat, { farthing }, async ({ current }) => {
    equal(sends(current(), "How many?"), true);
    await waitFor(() => equal(current().retrying?.code, "network_error"));
    equal(current().status, "streaming");
    began.resolve();
    await waitFor(() => equal(last(current())?.content, "Four."));
    equal(current().retrying, null);
    await waitFor(() => equal(current().status, "idle"));
  });
});

const EARLIER: ChatMessage[] = [
  { id: 4, role: "user", content: "What is a farthing?", state: "complete", charge: null },
  { id: 5, role: "assistant", content: "A coin.", state: "complete", charge },
  { id: 6, role: "user", content: "And a penny?", state: "complete", charge: null },
  { id: 7, role: "assistant", content: "Four", state: "streaming", charge: null },
];
const withEarlier = () =>
  useChat({ model: "gpt-4o", initialMessages: JSON.parse(JSON.stringify(EARLIER)) });

Deno.test("an earlier conversation goes on once its user is known, and no other user sees it", async () => {
  const { farthing, asked } = answering({
    async *read() {
      yield await Promise.resolve("Twelve.");
    },
  });
  await withHook(withEarlier, { farthing, userId: undefined }, async ({ current, show }) => {
    deepEqual(current().messages, []);
    show("user-1");
    deepEqual(
      current().messages.map(({ id, state, charge }) => [id, state, charge]),
      [
        [0, "complete", null],
        [1, "complete", charge],
        [2, "complete", null],
        [3, "stopped", "unknown"],
      ],
      "an answer that was under way has ended, and its price is unknown",
    );
    equal(sends(current(), "And in a shilling?"), true);
    await waitFor(() => equal(last(current())?.content, "Twelve."));
    await waitFor(() => equal(current().status, "idle"));
    deepEqual(current().messages.map(({ id }) => id), [0, 1, 2, 3, 4, 5]);
    deepEqual(asked[0]?.map(({ content }) => content), [
      ...["What is a farthing?", "A coin.", "And a penny?", "Four", "And in a shilling?"],
    ]);
    for (const other of [null, "user-2"]) {
      show(other);
      deepEqual(current().messages, []);
    }
    show("user-1");
    equal(current().messages.length, 6, "the earlier messages are not taken a second time");
  });
});
