import type { Settlement } from "../core/call.ts";
import type { Begun } from "./begin-call.ts";
import { unlessAborted } from "./caller-left.ts";
import { Received } from "./received-answer.ts";
import { metadataOf } from "./provider-metadata.ts";
import type { FinishPart, Model, Part, StreamResult } from "./types.ts";

/**
 * The stream that the caller reads. If the caller leaves this stream, the model's stream is still
 * read until it ends or is aborted.
 */
class Output {
  readonly stream: ReadableStream<Part>;
  #controller!: ReadableStreamDefaultController<Part>;
  #isOpen = true;

  constructor(leave: (reason: unknown) => void) {
    this.stream = new ReadableStream<Part>({
      start: (controller) => void (this.#controller = controller),
      cancel: (reason) => {
        this.#isOpen = false;
        leave(reason);
      },
    });
  }

  write(part: Part): void {
    if (this.#isOpen) this.#controller.enqueue(part);
  }

  close(): void {
    if (this.#isOpen) this.#controller.close();
    this.#isOpen = false;
  }

  readonly fail = (error: unknown): void => {
    if (this.#isOpen) this.#controller.error(error);
    this.#isOpen = false;
  };
}

interface Answer {
  readonly received: Received;
  readonly finish: FinishPart | undefined;
  readonly failure: { readonly error: unknown } | undefined;
}

/** Reads the model's stream to its end, and writes each part except `finish` to the output. */
async function readAnswer(
  { leaving, count }: Begun,
  stream: ReadableStream<Part>,
  output: Output,
): Promise<Answer> {
  const received = new Received(count);
  const reader = stream.getReader();
  let finish: FinishPart | undefined;
  try {
    for (;;) {
      const { done, value } = await unlessAborted(reader.read(), leaving.signal);
      if (done) return { received, finish, failure: undefined };
      received.add(value);
      if (value.type === "finish") finish = value;
      else output.write(value);
    }
  } catch (error) {
    // If the stream itself has failed, `cancel` fails, too.
    reader.cancel(error).catch(() => {});
    return { received, finish, failure: { error } };
  }
}

/** Charges the tokens of an answer, or releases the hold of an answer that is free. */
function endCall(
  { call, leaving, inputTokens }: Begun,
  { received, failure }: Answer,
): Promise<Settlement> {
  if (!leaving.wasStopped && received.isWorthless(failure !== undefined)) return call.release();
  // The model was stopped at the time limit before it sent any part. The model provider may bill
  // the reasoning, so the maximum cost is charged. Otherwise a user could get free work by leaving.
  if (leaving.wasTooSlow && received.isNothing) return call.end();
  return call.end({ tokens: received.tokens(inputTokens) });
}

/** Charges the answer, and then writes its `finish` part, which contains the price. */
async function chargeAnswer(begun: Begun, answer: Answer, output: Output): Promise<void> {
  const { finish, failure } = answer;
  const ended = endCall(begun, answer);
  const metadata = begun.isCharged ? metadataOf(await ended) : {};
  if (finish) {
    output.write({ ...finish, providerMetadata: { ...finish.providerMetadata, ...metadata } });
  }
  if (failure) output.fail(failure.error);
  else output.close();
  await ended; // In the mode `observe`, the report of the price may still be under way.
}

/** Streams the answer of a call whose credits are already held. */
export async function stream(
  begun: Begun,
  model: Model,
  signal: AbortSignal | undefined,
  waitUntil: ((work: Promise<unknown>) => void) | undefined,
): Promise<StreamResult> {
  const { call, params, leaving, inputTokens } = begun;
  const output = new Output(leaving.leave);
  const abort = () => output.fail(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const head = (async () => {
    try {
      return await unlessAborted(model.doStream(params), leaving.signal);
    } catch (error) {
      // A model provider does not bill a call that it refuses. But an aborted call may have been
      // accepted before, so its prompt is charged.
      const prompt = { tokens: { input_tokens: inputTokens, output_tokens: 0 } };
      if (leaving.wasStopped) await call.end(leaving.wasTooSlow ? undefined : prompt);
      else await call.release();
      leaving.end();
      throw error;
    }
  })();
  const whole = head.then(async (result) => {
    const answer = await readAnswer(begun, result.stream, output);
    leaving.end();
    await chargeAnswer(begun, answer, output);
    // If `head` has failed, `stream` throws that error, so nobody reads the output.
  }).catch(output.fail).finally(() => signal?.removeEventListener("abort", abort));
  waitUntil?.(whole);
  return { ...await unlessAborted(head, signal), stream: output.stream };
}
