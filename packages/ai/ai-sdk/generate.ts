import type { Begun } from "./begin-call.ts";
import { unlessAborted } from "./caller-left.ts";
import { Received } from "./received-answer.ts";
import { metadataOf } from "./provider-metadata.ts";
import type { GenerateResult, Model } from "./types.ts";

/** Calls the model, and charges its answer, even if the caller leaves meanwhile. */
async function answerAndCharge(begun: Begun, model: Model): Promise<GenerateResult> {
  const { call, params, leaving, count, inputTokens, isCharged } = begun;
  let result: GenerateResult;
  try {
    result = await unlessAborted(model.doGenerate(params), leaving.signal);
  } catch (error) {
    // A model provider does not bill a call that it refuses. But it may bill an aborted call, so an
    // aborted call is charged.
    await (leaving.wasStopped ? call.end() : call.release());
    throw error;
  } finally {
    leaving.end();
  }
  const received = new Received(count);
  received.addWhole(result);
  const ended = call.end({ tokens: received.tokens(inputTokens) });
  if (!isCharged) return result;
  const farthing = metadataOf(await ended);
  return { ...result, providerMetadata: { ...result.providerMetadata, ...farthing } };
}

/** Generates the answer of a call whose credits are already held. */
export async function generate(
  begun: Begun,
  model: Model,
  signal: AbortSignal | undefined,
  waitUntil: ((work: Promise<unknown>) => void) | undefined,
): Promise<GenerateResult> {
  const answer = answerAndCharge(begun, model);
  // In the mode `observe` the answer is returned before its price is reported, so the platform must
  // wait for the report. `answerAndCharge` has already ended the call, so this `end` changes
  // nothing. Its promise resolves when the price has been reported.
  waitUntil?.(answer.catch(() => {}).then(() => begun.call.end()));
  return await unlessAborted(answer, signal);
}
