/**
 * One client of a webhook storm. It takes and sends the next request until all requests are sent.
 */
import { openHttpSocket } from "./http-client.ts";
import type { StormTarget } from "./client-job.ts";

/**
 * Puts requests into shared memory for all clients. Each request is sent only once, by the client
 * that takes it first.
 */
export function makeStorm(port: number, requests: readonly Uint8Array[]): StormTarget {
  const bytes = requests.reduce((sum, { length }) => sum + length, 0);
  const target: StormTarget = {
    kind: "storm",
    port,
    requests: new SharedArrayBuffer(bytes),
    ends: new SharedArrayBuffer(requests.length * Uint32Array.BYTES_PER_ELEMENT),
    taken: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
  };
  const all = new Uint8Array(target.requests);
  const ends = new Uint32Array(target.ends);
  let at = 0;
  requests.forEach((request, index) => {
    all.set(request, at);
    ends[index] = at += request.length;
  });
  return target;
}

export function openStorm(target: StormTarget) {
  const { exchange, message, close } = openHttpSocket(target.port);
  const requests = new Uint8Array(target.requests);
  const ends = new Uint32Array(target.ends);
  const taken = new Int32Array(target.taken);
  let isOver = false;
  return {
    call() {
      const index = Atomics.add(taken, 0, 1);
      isOver = index >= ends.length;
      // `slice` copies the request, because the operating system cannot read from shared memory.
      return isOver || exchange(requests.slice(ends[index - 1] ?? 0, ends[index]));
    },
    isOver: () => isOver,
    message,
    close,
  };
}
