/**
 * Computes the expected cost of the run from the AI provider's own list, which has the usage of
 * each request. From the service it uses only the published rates.
 */
import { z } from "zod";
import type { Exact } from "../../rates/exact.ts";
import { waitFor } from "@farthing/command-line";
import { type ModelRate, requestCredits, type TokenCounts } from "../shared/price-request.ts";
import { DemoError, type Service } from "../shared/service.ts";

const request = z.object({
  model: z.string(),
  prompt: z.string(),
  status: z.number().nullable(),
  usage: z.object({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    prompt_tokens_details: z.object({ cached_tokens: z.number() }),
    completion_tokens_details: z.object({ reasoning_tokens: z.number() }),
  }).nullable(),
  aborted: z.boolean(),
  ended: z.boolean(),
});

/** One request as the AI provider recorded it. */
export type ProviderRequest = z.infer<typeof request>;

/** How long the AI provider may take to detect that a client has disconnected. */
const ENDED_DEADLINE_MS = 10_000;

/** Waits until all of the run's requests have ended, and returns them, oldest first. */
export async function readRequests(
  { aiUrl }: Service,
  run: string,
): Promise<ProviderRequest[]> {
  const found = await waitFor(async () => {
    const response = await fetch(`${aiUrl}/_control/requests?contains=${run}`);
    const { requests } = z.object({ requests: z.array(request) }).parse(await response.json());
    return requests.every(({ ended }) => ended) ? requests : undefined;
  }, ENDED_DEADLINE_MS);
  if (!found) {
    throw new DemoError(
      `the AI emulator at ${aiUrl} still reports open requests after ${
        ENDED_DEADLINE_MS / 1_000
      } s`,
    );
  }
  return found;
}

/**
 * Returns the tokens that the account must pay for. The input tokens do not include the cached
 * tokens, and the output tokens do not include the reasoning tokens. Returns undefined if the AI
 * provider sent no complete answer.
 */
export function payable(asked: ProviderRequest): TokenCounts | undefined {
  const { usage, aborted } = asked;
  // A request has failed if it has no usage or was aborted. If a reader disconnects, the request is
  // not aborted: the service reads the AI provider's stream to its end.
  if (usage === null || aborted) return undefined;
  const { cached_tokens: cached } = usage.prompt_tokens_details;
  const { reasoning_tokens: reasoning } = usage.completion_tokens_details;
  return {
    input_tokens: usage.prompt_tokens - cached,
    cached_input_tokens: cached,
    output_tokens: usage.completion_tokens - reasoning,
    reasoning_tokens: reasoning,
  };
}

/**
 * Returns the price in credits of each payable request whose prompt contains the text `mark`. The
 * oldest request comes first.
 */
export function priceRequests(
  requests: ProviderRequest[],
  mark: string,
  rates: ReadonlyMap<string, ModelRate>,
): Exact[] {
  return requests.filter(({ prompt }) => prompt.includes(mark)).flatMap((asked) => {
    const tokens = payable(asked);
    if (!tokens) return [];
    const rate = rates.get(asked.model);
    if (!rate) {
      throw new DemoError(
        `the AI emulator received a request for ${asked.model}, which has no rate`,
      );
    }
    return [requestCredits(rate, tokens)];
  });
}
