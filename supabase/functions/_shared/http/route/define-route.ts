/**
 * A route is one declaration: method, path, who may call it, its limit, whether it is idempotent, what
 * comes in, what goes out, and the handler. Nothing about a route is said anywhere else: the checks
 * (run-route.ts) and the OpenAPI document (openapi.ts) are both made from it.
 */
import { z } from "@hono/zod-openapi";
import type { FeatureName } from "../../features/feature-flags.ts";
import type { Services } from "./app-services.ts";
import type { CallerOf, Who } from "../../core/caller.ts";
import { DEADLINE_MS, type RequestContext } from "../../core/request.ts";
import type { Reply } from "../reply/reply.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { IdempotencyMode, IdempotencyOf } from "../idempotency/key.ts";
import type { LimitName } from "../../limits/rules.ts";

type Method = "get" | "post" | "delete";

/** Largest body of an ordinary route, and of a batch or a webhook. */
const BODY_LIMIT_BYTES = 64 * 1024;
export const LARGE_BODY_LIMIT_BYTES = 1024 * 1024;

/** A handler's input: parsed, authenticated, with everything that it may use. */
export interface Call<W extends Who, I extends IdempotencyMode, P, Q, B> {
  readonly caller: CallerOf<W>;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The raw body, for signatures. Empty for GET. */
  readonly rawBody: string;
  readonly headers: Headers;
  /** Fires when the caller leaves; some runtimes fire it after a finished answer too. */
  readonly signal: AbortSignal;
  readonly idempotency: IdempotencyOf<I>;
  readonly context: RequestContext;
  readonly services: Services;
}

type Responses = Readonly<Record<number, z.ZodType>>;
type DataOf<R extends Responses> = z.output<R[keyof R]>;

interface Declaration<
  W extends Who,
  I extends IdempotencyMode,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends Responses,
> {
  readonly method: Method;
  /** Under the function's name, in OpenAPI's form: `/holds/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly who: readonly [W, ...W[]];
  /** The rule of limits/rules.ts that counts its calls. */
  readonly limit: LimitName;
  /** How long it may take; DEADLINE_MS unless it says otherwise. */
  readonly deadlineMs?: number;
  /** `true` demands an Idempotency-Key; with "optional" a request without one is known by its content. */
  readonly idempotent: I;
  /** The product that has to be on for the caller. Only new business needs it; reading never does. */
  readonly feature?: FeatureName;
  readonly bodyLimit?: number;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Success by status; stored refusals and errors are in `errors`. */
  readonly responses: R;
  /** The media type of a success that is not in our envelope. */
  readonly produces?: string;
  /** Other media types that a success may have instead, for example `text/csv`. */
  readonly alsoProduces?: readonly string[];
  /** Headers of this route's success; optional are those that not every answer has. */
  readonly answerHeaders?: Readonly<Record<string, z.ZodType>>;
  /** The answer has an ETag, and a caller who sends it as If-None-Match may get 304. */
  readonly conditional?: boolean;
  /** The route asks a service whose answer may be of no use: then 502 besides 503. */
  readonly asksUpstream?: boolean;
  /** The codes of this route's own; those that its other fields imply are added by openapi.ts. */
  readonly errors?: readonly ErrorCode[];
  readonly handler: (
    call: Call<W, I, z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<Reply<DataOf<R>> | Response>;
}

type AnyCall = Call<Who, IdempotencyMode, unknown, unknown, unknown>;

/** A declaration with its types erased, as the framework runs it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly who: readonly Who[];
  /** The route checks a signature itself, over the body as it came. */
  readonly isSigned: boolean;
  readonly limit: LimitName;
  readonly deadlineMs: number;
  readonly idempotent: IdempotencyMode;
  readonly feature: FeatureName | null;
  readonly bodyLimit: number;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly responses: Responses;
  readonly produces: string | null;
  readonly alsoProduces: readonly string[];
  readonly answerHeaders: Readonly<Record<string, z.ZodType>>;
  readonly conditional: boolean;
  readonly asksUpstream: boolean;
  readonly errors: readonly ErrorCode[];
  readonly handler: (call: AnyCall) => Promise<Reply | Response>;
}

/** No fields at all: the default of params, query and body. */
export const Nothing = z.strictObject({});
type Nothing = typeof Nothing;

export function defineRoute<
  const W extends Who,
  const I extends IdempotencyMode,
  R extends Responses,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(declaration: Declaration<W, I, P, Q, B, R>): Route {
  return {
    description: undefined,
    feature: null,
    deadlineMs: DEADLINE_MS,
    bodyLimit: BODY_LIMIT_BYTES,
    produces: null,
    alsoProduces: [],
    answerHeaders: {},
    conditional: false,
    asksUpstream: false,
    errors: [],
    ...declaration,
    isSigned: declaration.who.some((who) => who === "signed"),
    params: declaration.params ?? Nothing,
    query: declaration.query ?? Nothing,
    body: declaration.body ?? Nothing,
    // The framework builds the call from this very declaration, so the erased types are the true ones.
    handler: declaration.handler as unknown as Route["handler"],
  };
}
