/**
 * Reads the response of a model's provider up to a maximum size, because all requests of an isolate
 * share 256 MB of memory.
 */

/** The response of the model's provider is malformed, incomplete or too long. */
export class InvalidAnswer extends Error {}

// The maximum size of a response in bytes: the size of 50,000 tokens, each in a separate event of a
// stream. No call lasts long enough to receive more.
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Passes on a response's body, and fails if its decompressed size exceeds the maximum. A
 * TransformStream would be simpler, but its queues and promises took a tenth of the isolate's
 * processor time for a stream of 4,000 pieces.
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

/**
 * Fetches as `fetch` does.
 * @throws InvalidAnswer while the body is read, if the response is too long
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  return response.body === null ? response : new Response(bounded(response.body), response);
};
