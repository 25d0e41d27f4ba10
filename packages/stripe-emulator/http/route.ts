import { z } from "zod";
import type { RawParams } from "./form-encoding.ts";
import { parseParams } from "./params.ts";
import type { Scope } from "../store/scope.ts";

type Params<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>;

/** One route of the API: what it is called by, what it takes, what it does. */
export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** Hono's form, e.g. `/v1/products/:id`. */
  path: string;
  /** Throws Stripe's error when the parameters are not of the route's form. */
  parse(raw: RawParams): Parsed;
}

/** Checked parameters, bound to the call that they are for. */
export interface Parsed {
  expand: string[];
  run(scope: Scope, path: Record<string, string>): object;
}

/**
 * Declares a route. `run` is synchronous: between its first read and its last write nothing else
 * happens, so that a call is atomic without any lock.
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
