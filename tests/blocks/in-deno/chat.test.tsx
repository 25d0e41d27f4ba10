/** The block `chat` without a browser: what it sends, shows and stores. */
import { deepEqual, equal } from "node:assert/strict";
import { FarthingError } from "@farthing/client";
import { FarthingProvider } from "@farthing/react";
import { Chat } from "../../../registry/chat/chat.tsx";
import { act, fireEvent, waitFor, withBlock } from "./page.tsx";

/**
 * Makes a client whose answers end only when the block aborts them. Also returns the answers' abort
 * signals.
 */
function endless() {
  const signals: AbortSignal[] = [];
  const stream = (_: unknown, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return {
      async *[Symbol.asyncIterator]() {
        yield "A farthing ";
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
      settled: () => Promise.resolve({ credits: "2" }),
    };
  };
  return { farthing: { chat: { stream: stream as never } }, signals };
}

Deno.test("a double click on Send asks once, and does not stop the answer", async () => {
  const { farthing, signals } = endless();
  await withBlock(<Chat model="gpt-4o" />, { farthing }, async (page) => {
    const field = page.getByLabelText("Message") as HTMLTextAreaElement;
    fireEvent.change(field, { target: { value: "Hello" } });
    const send = page.getByText("Send");
    fireEvent.click(send);
    equal(page.getByText("Send"), send, "the second click is on the same button");
    fireEvent.click(send, { detail: 2 });
    await page.findByText("A farthing");
    deepEqual(signals.map(({ aborted }) => aborted), [false]);

    fireEvent.change(field, { target: { value: "And a penny?" } });
    fireEvent.keyDown(field, { key: "Enter" });
    equal(field.value, "And a penny?", "a text that is not sent stays");

    const stop = page.getByText("Stop");
    act(() => stop.focus());
    fireEvent.click(stop);
    await page.findByText("Stopped. 2 credits");
    equal(document.activeElement, field, "the focus does not disappear with the button");
    fireEvent.keyDown(field, { key: "Enter" });
    await waitFor(() => deepEqual(signals.map(({ aborted }) => aborted), [true, false]));
    equal(field.value, "");
  });
});

/** Makes a client whose answers break off after two words. */
function broken() {
  const stream = () => ({
    async *[Symbol.asyncIterator]() {
      yield "A farthing ";
      throw new Error("The model has failed.");
    },
    settled: () => Promise.resolve({ credits: "16.02" }),
  });
  return { chat: { stream: stream as never } };
}

Deno.test("an answer that broke off says why it costs more than its text", async () => {
  await withBlock(<Chat model="gpt-4o" />, { farthing: broken() }, async (page) => {
    fireEvent.change(page.getByLabelText("Message"), { target: { value: "Hello" } });
    fireEvent.click(page.getByText("Send"));
    await page.findByText("Broken off. 16.02 credits, for all that the model may have written");
    equal(page.getByRole("alert").textContent?.includes("The model has failed."), true);
  });
});

/** Makes a client with which each chat is refused. */
function refusing(code: "unknown_model" | "insufficient_credits", status: number, message: string) {
  const error = new FarthingError({ code, status, message, retryable: false });
  const stream = () => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    settled: () => Promise.resolve("none"),
  });
  return { chat: { stream: stream as never } };
}

for (
  const [what, farthing, shown] of [
    [
      "a lack of credits by the app's own words",
      refusing("insufficient_credits", 402, "Too few."),
      "Buy some.",
    ],
    [
      "any other refusal by its message",
      refusing("unknown_model", 422, "This model has no rate."),
      "This model has no rate.",
    ],
  ] as const
) {
  Deno.test(`a chat with a paywall explains ${what}`, async () => {
    const block = <Chat model="gpt-4o" explain={() => <p>Buy some.</p>} />;
    await withBlock(block, { farthing }, async (page) => {
      fireEvent.change(page.getByLabelText("Message"), { target: { value: "Hello" } });
      fireEvent.click(page.getByText("Send"));
      await page.findByText(shown);
      equal(page.queryByText("Buy some.") !== null, shown === "Buy some.");
    });
  });
}

/** Makes a client whose answers are complete at once. */
function answering() {
  const stream = () => ({
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve("A small coin.");
    },
    settled: () => Promise.resolve({ credits: "2" }),
  });
  return { chat: { stream: stream as never } };
}

Deno.test("a stored conversation survives the page, for its user alone", async () => {
  const farthing = answering();
  const open = (userId: string | null, use: Parameters<typeof withBlock>[2], storedAs = "chat") =>
    withBlock(<Chat model="gpt-4o" storedAs={storedAs} />, { farthing, userId }, use);
  await open("user-1", async (page) => {
    fireEvent.change(page.getByLabelText("Message"), { target: { value: "What is it?" } });
    fireEvent.click(page.getByText("Send"));
    await page.findByText("2 credits");
  });
  await open("user-1", async (page) => {
    await page.findByText("What is it?");
    equal(
      page.getByText("A small coin.").parentElement?.textContent,
      "Answer:A small coin.2 credits",
    );
  });
  await open("user-1", async (page) => {
    await page.findByText(/^Each answer is paid/);
  }, "another chat");
  await open("user-2", async (page) => {
    await page.findByText(/^Each answer is paid/);
    equal(sessionStorage.length, 0, "and nothing of it is left for another user");
  });
});

Deno.test("a conversation without a name is not stored", async () => {
  await withBlock(<Chat model="gpt-4o" />, { farthing: answering() }, async (page) => {
    fireEvent.change(page.getByLabelText("Message"), { target: { value: "What is it?" } });
    fireEvent.click(page.getByText("Send"));
    await page.findByText("2 credits");
    equal(sessionStorage.length, 0);
  });
});

Deno.test("signing out forgets the user's other conversations, too", async () => {
  const block = <Chat model="gpt-4o" storedAs="one" />;
  const of = (userId: string | null) => (
    <FarthingProvider farthing={answering() as never} userId={userId}>{block}</FarthingProvider>
  );
  sessionStorage.setItem("farthing-chat two", JSON.stringify({ of: "user-1", messages: [] }));
  sessionStorage.setItem("something else", "stays");
  await withBlock(null, {}, async (page) => {
    page.rerender(of("user-1"));
    await page.findByText(/^Each answer is paid/);
    equal(sessionStorage.length, 2);
    page.rerender(of(null));
    await page.findByText("Sign in required");
    deepEqual(Object.keys(sessionStorage), ["something else"]);
  });
  sessionStorage.clear();
});
