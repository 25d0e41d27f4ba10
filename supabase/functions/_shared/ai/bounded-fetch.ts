/** A provider's answer, read as long as it can be one: an isolate has 256 MB, and others are in it. */
import { BadAnswer } from "./failures.ts";

// 50,000 tokens as events of a stream, each with its envelope; more than there is time for.
const MAX_BYTES = 16 * 1024 * 1024;

/** What is packed counts as long as it is unpacked. */
function bounded(): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) throw new BadAnswer("an answer without end");
      controller.enqueue(chunk);
    },
  });
}

/** @throws BadAnswer from the answer's body, when it is too long */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  return response.body === null
    ? response
    : new Response(response.body.pipeThrough(bounded()), response);
};
