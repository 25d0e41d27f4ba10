/** The responses to a streamed chat, and to the requests that read its hold. */
import { type Step, success } from "./fake-service.ts";

export const request = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hello" }] };
export const charge = {
  credits: "2.78",
  balance_after: "7.22",
  finish_reason: "stop",
  hold_id: "h1",
};

export const sse = (...events: [string, object][]): string =>
  events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
export const asStream = {
  headers: { "content-type": "text/event-stream; charset=utf-8", "farthing-hold": "h1" },
};
export const streamed = (text: string): Step => () => new Response(text, asStream);
export const hello = sse(["delta", { content: "Hel" }], ["delta", { content: "lo" }], [
  "usage",
  charge,
]);
export const begun = sse(["delta", { content: "Hel" }]);
export const open = success({ hold_id: "h1", status: "open" });
export const settled = success({ hold_id: "h1", status: "settled", settled: "2.78" });
/** The charge of an answer, as it is read from the hold. */
export const held = {
  credits: "2.78",
  hold_id: "h1",
  balance_after: null,
  usage: null,
  finish_reason: null,
};
/** A stream that sends these texts and never ends. */
export const endless = (...texts: string[]): Step => () =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      },
    }),
    asStream,
  );
/** The method and the path of each request. */
export const asked = (seen: readonly { method: string; url: string }[]) =>
  seen.map(({ method, url }) => `${method} ${url.split("/v1/")[1]}`);

export async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}
