/** Calls every route of the API with typed input and results, through openapi-fetch. */
import createClient from "openapi-fetch";
import type { paths } from "../generated/api.ts";
import { envelopeOf, isReplay } from "./answer.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { WithModels } from "./models.ts";
import { eachItem, type Page } from "./pages.ts";
import { type CallOptions, send } from "./send.ts";

export type Method = "get" | "post" | "delete";

/**
 * The API's paths that have this method, except the paths under `/ai/v1`, which are for OpenAI's
 * SDK.
 */
export type PathOf<M extends Method> = Exclude<
  { [P in keyof paths]: paths[P] extends { [Key in M]: object } ? P : never }[keyof paths],
  `/ai/v1/${string}`
>;

type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends { [Key in M]: infer O } ? O
  : never;

type PartOf<O, Name extends "query" | "path"> = O extends
  { parameters: { [Key in Name]?: infer Part } } ? Exclude<Part, undefined>
  : never;

/**
 * One part of a call's input: `path`, `query` or `body`. It may be omitted if none of its fields is
 * required. If the route has no such part, its type is `never`.
 */
type Field<Name extends string, Part> = [Part] extends [never] ? { [Key in Name]?: never }
  : Record<string, never> extends Part ? { [Key in Name]?: Part }
  : { [Key in Name]: Part };

type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer Body } } } ? Body
  : O extends { requestBody?: { content: { "application/json": infer Body } } } ? Body
  : never;

/** The input of a call: path parameters, query and body. */
export type Input<M extends Method, P extends PathOf<M>> =
  & Field<"path", PartOf<Operation<M, P>, "path">>
  & Field<"query", PartOf<Operation<M, P>, "query">>
  // A request that changes rates may add a model, so it may name models that `Register` does not
  // list.
  & Field<
    "body",
    P extends "/settings/rates" ? BodyOf<Operation<M, P>> : WithModels<BodyOf<Operation<M, P>>>
  >;

/** The body of a POST. */
export type Body<P extends PathOf<"post">> = NonNullable<Input<"post", P>["body"]>;

type AnswerOf<O> = O extends { responses: infer Responses } ? {
    [Status in keyof Responses]: Responses[Status] extends
      { content: { "application/json": infer Body } } ? Body : never;
  }[keyof Responses]
  : never;

type DataOf<O> = AnswerOf<O> extends { data: infer Data } ? Data : never;

/** The result of a call: the `data` of its response. */
export type Result<M extends Method, P extends PathOf<M>> = DataOf<Operation<M, P>>;

/**
 * The result of a call that changes something. `replayed` says whether an earlier request with the
 * same Idempotency-Key produced this result.
 */
export type Changed<Data> = Data & { readonly replayed: boolean };

/** The paths whose GET returns a list. */
export type ListPath = {
  [P in PathOf<"get">]: Result<"get", P> extends unknown[] ? P : never;
}[PathOf<"get">];

/** The paths that can also return CSV. */
export type CsvPath = {
  [P in PathOf<"get">]: Operation<"get", P> extends
    { responses: { 200: { content: { "text/csv": unknown } } } } ? P : never;
}[PathOf<"get">];

export type ItemOf<P extends ListPath> = Result<"get", P> extends (infer Item)[] ? Item : never;

interface AnyInput {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Reads a response. The second argument is the request id. */
export type Reader<T> = (response: Response, requestId: string) => Promise<T>;

export interface Api {
  readonly clock: Clock;
  /** Calls a GET route, and returns the `data` of its response. */
  read<P extends PathOf<"get">>(
    path: P,
    input: Input<"get", P>,
    options?: CallOptions,
  ): Promise<Result<"get", P>>;
  /** Calls a route that changes something. All attempts have the same Idempotency-Key. */
  change<M extends "post" | "delete", P extends PathOf<M>>(
    method: M,
    path: P,
    input: Input<M, P>,
    options?: CallOptions,
  ): Promise<Changed<Result<M, P>>>;
  /** Reads one page of a list. */
  page<P extends ListPath>(
    path: P,
    input: Input<"get", P>,
    options?: CallOptions,
  ): Promise<Page<ItemOf<P>>>;
  /** Iterates over all items of a list. Reads each page only when it is needed. */
  each<P extends ListPath>(
    path: P,
    input: Input<"get", P>,
    options?: CallOptions,
  ): AsyncGenerator<ItemOf<P>, void, undefined>;
  /**
   * Passes the response to `read`, and returns the result of `read`. Used for streams, for files,
   * and for responses with status 304.
   */
  raw<M extends Method, P extends PathOf<M>, T>(
    method: M,
    path: P,
    input: Input<M, P> & { headers?: Record<string, string> },
    options: CallOptions,
    read: Reader<T>,
  ): Promise<T>;
}

export function createApi(connection: Connection, clock: Clock): Api {
  // The types above already check the paths, so here a path is any string.
  type AnyFetch = (method: string, path: string, init: object) => Promise<unknown>;
  const client = createClient({ baseUrl: connection.baseUrl });
  const request = client.request as unknown as AnyFetch;

  /** Lets openapi-fetch build the request, and sends it with this client's retry policy. */
  async function answer<T>(
    method: string,
    path: string,
    { path: parts, query, body, headers }: AnyInput,
    options: CallOptions,
    read: Reader<T>,
  ): Promise<T> {
    let value: { read: T } | undefined;
    const params = { path: parts, query };
    await request(method, path, {
      params,
      body,
      headers,
      parseAs: "stream",
      fetch: async (built: Request) => {
        value = { read: await send(connection, clock, { request: built, read }, options) };
        return new Response(null, { status: 204 });
      },
    });
    return value!.read;
  }

  const json = async (response: Response, requestId: string) => ({
    envelope: await envelopeOf<unknown>(response, requestId),
    replayed: isReplay(response),
  });
  const api: Api = {
    clock,
    async read(path, input, options = {}) {
      const { envelope } = await answer("get", path, input as AnyInput, options, json);
      return envelope.data as never;
    },
    async change(method, path, input, options = {}) {
      const got = await answer(method, path as string, input as AnyInput, options, json);
      return { ...got.envelope.data as object, replayed: got.replayed } as never;
    },
    async page(path, input, options = {}) {
      const { envelope } = await answer("get", path, input as AnyInput, options, json);
      return { items: envelope.data as never[], nextCursor: envelope.metadata.nextCursor };
    },
    each<P extends ListPath>(path: P, input: Input<"get", P>, options: CallOptions = {}) {
      const call = { pin: { user: options.signedInAs }, ...options };
      return eachItem((cursor) => {
        const { query, ...rest } = input as AnyInput;
        const next = { ...rest, query: cursor === null ? query : { ...query, cursor } };
        return api.page<P>(path, next as never, call);
      });
    },
    raw: (method, path, input, options, read) =>
      answer(method, path as string, input as AnyInput, options, read),
  };
  return api;
}
