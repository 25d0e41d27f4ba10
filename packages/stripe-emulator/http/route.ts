import { z } from "zod";
import type { RawParams } from "./form-encoding.ts";
import { parseParams } from "./params.ts";
import type { Scope } from "../store/scope.ts";

type Params<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>;

/** One route of the API: its method and path, its parameters and its effect. */
export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** A path in Hono's syntax, e.g. `/v1/products/:id`. */
  path: string;
  /** Validates the parameters. @throws StripeApiError if they are invalid */
  parse(raw: RawParams): Parsed;
}

/** A call with validated parameters, ready to run. */
export interface Parsed {
  expand: string[];
  run(scope: Scope, path: Record<string, string>): object;
}

/**
 * Declares a route. `run` is synchronous, so no other call can run between its reads and writes:
 * each call is atomic without a lock.
 */
export function route<S extends z.ZodRawShape>(
  method: Route["method"],
  path: string,
  shape: S,
  run: (scope: Scope, params: Params<S>, path: { id: string } & Record<string, string>) => object,
): Route {
  const schema = z.strictObject(shape);
  const outer = z.array(z.string()).optional();
  return {
    method,
    path,
    parse(raw) {
      const { expand, ...rest } = raw;
      const expanded = parseParams(z.strictObject({ expand: outer }), { expand }).expand ?? [];
      const params = parseParams(schema, rest) as Params<S>;
      return { expand: expanded, run: (scope, ids) => run(scope, params, { id: "", ...ids }) };
    },
  };
}
