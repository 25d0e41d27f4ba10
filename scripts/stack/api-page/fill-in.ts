/**
 * Replaces the ids and versions in the examples of the OpenAPI document by those that exist on this
 * stack.
 */
import { EXAMPLE_IDS, type ExampleKind } from "../../openapi/example-ids.ts";
import type { KnownIds } from "./sample-customer.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
}

export interface ApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
}

type Swap = (value: unknown) => unknown;

/** Returns a function that replaces the ids of the examples everywhere in a value. */
function swapping(ids: KnownIds): Swap {
  const kinds = Object.keys(EXAMPLE_IDS) as ExampleKind[];
  const known = new Map<unknown, string>(
    kinds.flatMap((kind) => ids[kind] === undefined ? [] : [[EXAMPLE_IDS[kind], ids[kind]]]),
  );
  const swap: Swap = (value) => {
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value !== "object" || value === null) return known.get(value) ?? value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, swap(part)]));
  };
  return swap;
}

/**
 * Returns the parameter as the page offers it. Scalar, which renders the page, would send a value
 * for every optional parameter: its default, its first choice or its example. So the optional
 * parameters are off until a person turns them on.
 */
function offered(parameter: Parameter, swap: Swap): Parameter {
  if (parameter.in === "path") return { ...parameter, example: swap(parameter.example) };
  if (parameter.name === "idempotency-key") return { ...parameter, example: crypto.randomUUID() };
  if (parameter.required) return parameter;
  const { example, ...rest } = parameter;
  const { schema } = parameter;
  const value = example ?? schema?.default ?? schema?.example ?? "";
  const off = { value, "x-disabled": true };
  return { ...rest, examples: { example: off } } as Parameter;
}

export interface Known {
  readonly ids: KnownIds;
  /** The version of each kind of settings, by path. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Returns a copy of the document with examples that work on this stack. */
export function fillIn<D extends ApiDocument>(document: D, { ids, versions }: Known): D {
  const swap = swapping(ids);
  const filled = structuredClone(document);
  for (const [path, operations] of Object.entries(filled.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { parameters, requestBody } = operation;
      const body = requestBody?.content["application/json"];
      const example = swap(body?.example);
      const version = versions[path];
      const content = version === undefined ? example : { ...example as object, version };
      operations[method] = {
        ...operation,
        ...(parameters && { parameters: parameters.map((each) => offered(each, swap)) }),
        ...(body && {
          requestBody: {
            ...requestBody,
            content: { "application/json": { ...body, example: content } },
          },
        }),
      };
    }
  }
  return filled;
}
