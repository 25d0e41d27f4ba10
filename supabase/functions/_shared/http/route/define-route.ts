/**
 * Declares a route in one place: method, path, callers, rate limit, idempotency, input, output and
 * handler. The checks (../run-route.ts) and the OpenAPI document (scripts/openapi/) are both made
 * from the declaration.
 */
import { z } from "@hono/zod-openapi";
import type { FeatureName } from "../../features/feature-flags.ts";
import type { Services } from "./app-services.ts";
import type { CallerOf, Who } from "../../core/caller.ts";
import type { RequestContext } from "../../core/current-request.ts";
import { DEADLINE_MS } from "../../core/deadline.ts";
import type { JsonShape } from "../reply/openai-shape.ts";
import type { Reply } from "../reply/reply.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { BODY_LIMIT_BYTES } from "../input/read-body.ts";
import type { IdempotencyMode, IdempotencyOf } from "../idempotency/mode.ts";
import type { LimitName } from "../../limits/rate-limit-rules.ts";

type Method = "get" | "post" | "delete";

/** A handler's input, parsed and authenticated, with the services that the handler may use. */
export interface Call<W extends Who, I extends IdempotencyMode, P, Q, B> {
  readonly caller: CallerOf<W>;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The raw body, for signatures. Empty without a body. */
  readonly rawBody: string;
  readonly headers: Headers;
  /** Fires when the caller disconnects. Some runtimes also fire it after a complete response. */
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
  /** The path after the Edge Function's name, in OpenAPI's form: `/holds/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly who: readonly [W, ...W[]];
  /** The rule of limits/rate-limit-rules.ts that limits this route. */
  readonly limit: LimitName;
  /** The deadline of a request; DEADLINE_MS by default. */
  readonly deadlineMs?: number;
  /**
   * true: the Idempotency-Key is required. "optional": a request without a key is identified by its
   * content. "offered": a request without a key is never treated as a retry.
   */
  readonly idempotent: I;
  /**
   * The product that must be switched on for the caller. Only routes that begin new business, such
   * as a booking or a checkout, have this field; all other routes work while a product is off.
   */
  readonly feature?: FeatureName;
  readonly bodyLimit?: number;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The schemas of successful responses, by status. */
  readonly responses: R;
  /** The shape of JSON responses and errors; `envelope` by default. */
  readonly shape?: JsonShape;
  /** The media type of a successful response that is not in the JSON envelope. */
  readonly produces?: string;
  /** Other media types that a successful response may have instead, for example `text/csv`. */
  readonly alsoProduces?: readonly string[];
  /**
   * Headers of this route's successful responses; a header is optional if some responses lack it.
   */
  readonly answerHeaders?: Readonly<Record<string, z.ZodType>>;
  /**
   * true: responses have an ETag, and a request gets 304 if its If-None-Match contains the current
   * ETag.
   */
  readonly conditional?: boolean;
  /**
   * true: the route calls a service whose response may be unusable, so the OpenAPI document lists
   * 502 in addition to 503.
   */
  readonly asksUpstream?: boolean;
  /** The error codes that no other field implies. The OpenAPI document also lists the implied codes. */
  readonly errors?: readonly ErrorCode[];
  readonly handler: (
    call: Call<W, I, z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<Reply<DataOf<R>> | Response>;
}

type AnyCall = Call<Who, IdempotencyMode, unknown, unknown, unknown>;

/** A declaration with its types erased, for run-route.ts and the OpenAPI document. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly who: readonly Who[];
  /** true: the handler checks a signature over the unparsed body. */
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
  readonly shape: JsonShape;
  readonly produces: string | null;
  readonly alsoProduces: readonly string[];
  readonly answerHeaders: Readonly<Record<string, z.ZodType>>;
  readonly conditional: boolean;
  readonly asksUpstream: boolean;
  readonly errors: readonly ErrorCode[];
  readonly handler: (call: AnyCall) => Promise<Reply | Response>;
}

/**
 * Returns true if the route makes a change and operators may call it. An operator may need a second
 * factor for the change.
 */
export function isOperatorsChange({ method, who }: Pick<Route, "method" | "who">): boolean {
  return method !== "get" && who.includes("operator");
}

/**
 * Returns true if the route makes a change and both users and operators may call it: users for
 * themselves, operators for the user that the body names.
 */
export function isSharedChange(route: Pick<Route, "method" | "who">): boolean {
  return isOperatorsChange(route) && route.who.includes("user");
}

/**
 * Returns a route's path in OpenAPI's form. It begins with the Edge Function's name:
 * `/credits/holds/{id}`.
 */
export function pathOf(name: string, { path }: Pick<Route, "path">): string {
  return path === "/" ? `/${name}` : `/${name}${path}`;
}

/** An object without fields: the default of params, query and body. */
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
    shape: "envelope",
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
    // run-route.ts builds each call from this declaration's schemas, so the erased types are
    // correct.
    handler: declaration.handler as unknown as Route["handler"],
  };
}
