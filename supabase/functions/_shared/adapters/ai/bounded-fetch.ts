/** Reads a provider's answer up to a bound: an isolate has 256 MB, and other requests are in it. */

/** An answer that is malformed, incomplete or too long. */
export class InvalidAnswer extends Error {}

// 50,000 tokens as events of a stream, each with its envelope: more than any call has time for.
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * A compressed answer counts by its decompressed size. A TransformStream would be simpler, but each of a
 * stream's 4,000 pieces passes here: its queues and promises took a tenth of the isolate's processor time.
 */
function bounded(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      size += value.byteLength;
      if (size <= MAX_BYTES) return controller.enqueue(value);
      controller.error(new InvalidAnswer("the answer is too long"));
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** @throws InvalidAnswer from the answer's body, when it is too long */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  return response.body === null ? response : new Response(bounded(response.body), response);
};
