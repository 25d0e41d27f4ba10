/** Creates a job, for every route that starts one. */
import { z } from "@hono/zod-openapi";
import type { StartedJob } from "../../contracts/jobs.ts";
import type { SecretCaller, UserCaller } from "../../core/caller.ts";
import type { Reply } from "../../http/reply/reply.ts";
import { ApiError } from "../../core/errors.ts";
import type { Idempotency } from "../../http/idempotency/hashed-key.ts";
import { idempotent } from "../../http/idempotency/idempotent.ts";
import type { RequestContext } from "../../core/current-request.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { JobType } from "./job-type.ts";
import { jsonbBytes } from "../../core/json-size.ts";

/** The wait before the first poll. An earlier poll is not worthwhile. */
const FIRST_POLL_SECONDS = 2;

// The limit of the database's constraint jobs_input_bounded.
const MAX_INPUT_BYTES = 1024 * 1024;

/** The headers of a started job's response, for the OpenAPI document. */
export const STARTED_HEADERS = {
  location: z.string().openapi({
    description: "The URL at which to poll the job; the same as poll_url.",
  }),
  "retry-after": z.string().openapi({ description: "Seconds to wait before the first poll." }),
};

interface CreateCall {
  readonly caller: UserCaller | SecretCaller;
  readonly idempotency: Idempotency;
  readonly context: RequestContext;
  readonly services: Services;
}

interface JobRequest {
  readonly type: JobType;
  /** The input, validated by the type's schema. */
  readonly input: unknown;
  readonly userId: string;
  readonly clientTempId?: string | undefined;
}

/**
 * Refuses an input that would exceed the database's limit. The database stores JSON with a blank after each
 * comma and colon, so the stored text is a little longer than the sent text.
 */
function refuseLarge(input: unknown): void {
  if (jsonbBytes(input) <= MAX_INPUT_BYTES) return;
  throw new ApiError("payload_too_large", {
    message: `input must have at most ${MAX_INPUT_BYTES} bytes as JSON. The space that the ` +
      "database stores after each comma and colon counts, too.",
    field: "input",
    details: { limit_bytes: MAX_INPUT_BYTES },
  });
}

/**
 * Prices and queues a job, and answers with the URL to poll.
 * @throws ApiError `forbidden` if the caller may not start jobs of this type; `payload_too_large`,
 *   `insufficient_credits` or `unknown_model` before the job is queued
 */
export async function createJob(
  call: CreateCall,
  { type, input, userId, clientTempId }: JobRequest,
): Promise<Reply<z.output<typeof StartedJob>>> {
  const { caller, context, services } = call;
  if (!type.who.includes(caller.kind)) {
    const message = `This credential can't start jobs of the type ${type.type}. Send another type.`;
    throw new ApiError("forbidden", { message, field: "type" });
  }
  refuseLarge(input);
  const reply = await idempotent(call, "jobs_create", {
    p_user_id: userId,
    p_type: type.type,
    p_input: input,
    p_estimate: await type.estimate(input, services),
    p_client_temp_id: clientTempId,
    p_correlation_id: context.traceId,
  });
  // With a status of 400 or more the reply is a stored refusal, and there is no job to poll.
  if (reply.status >= 400) return reply as Reply<z.output<typeof StartedJob>>;
  const poll_url = `${services.functionsUrl}/jobs/${reply.data.job_id}`;
  return {
    ...reply,
    data: { ...reply.data, poll_url },
    headers: { location: poll_url, "retry-after": String(FIRST_POLL_SECONDS) },
  };
}
