/** Reads the API page, and returns its examples as the requests that Scalar sends. */
import { equal, ok } from "node:assert/strict";
import type { Caller } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly example?: string;
  readonly examples?: Readonly<Record<string, { readonly "x-disabled"?: boolean }>>;
  readonly schema?: { readonly enum?: readonly string[]; readonly example?: string };
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

interface Scheme {
  readonly type: string;
  readonly name?: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, Scheme>> };
}

type Filled = Readonly<Record<string, { readonly value?: string; readonly token?: string }>>;

export interface Example {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Caller;
  readonly body: string | undefined;
  /** The statuses that the contract lists. */
  readonly statuses: readonly number[];
}

/** Reads the settings in the page's script, and returns the credentials that the page fills in. */
function filledIn(page: string): Filled {
  const text = /"securitySchemes":\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(page)?.[1];
  ok(text, "the page fills in credentials");
  return JSON.parse(text);
}

/**
 * Returns the headers for the credentials that a route lists first. A security scheme for which the
 * page has no value adds no header.
 */
function credentialsOf({ security }: Operation, schemes: Document["components"], filled: Filled) {
  return Object.fromEntries(
    Object.keys(security[0] ?? {}).flatMap((scheme): [string, string][] => {
      const { type, name } = schemes.securitySchemes[scheme]!;
      const { value, token } = filled[scheme] ?? {};
      if (type === "http") return token === undefined ? [] : [["authorization", `Bearer ${token}`]];
      return value === undefined ? [] : [[name!, value]];
    }),
  );
}

/**
 * Returns the value that Scalar sends for a required parameter: the parameter's example, or else
 * its first allowed value, or else its schema's example.
 */
function valueOf({ name, example, schema }: Parameter): string {
  const value = example ?? schema?.enum?.[0] ?? schema?.example;
  ok(value !== undefined, `${name} has an example`);
  return String(value);
}

/**
 * Returns the parameters that Scalar sends. The page turns off the optional ones, except
 * Idempotency-Key.
 */
function sent({ parameters = [] }: Operation, place: string): Parameter[] {
  return parameters.filter((each) => {
    if (each.in !== place) return false;
    const isOff = Object.values(each.examples ?? {})[0]?.["x-disabled"] === true;
    equal(isOff, !each.required && each.name !== "idempotency-key", each.name);
    return !isOff;
  });
}

function addressOf(base: string, path: string, operation: Operation): string {
  const filled = sent(operation, "path").reduce(
    (text, each) => text.replace(`{${each.name}}`, encodeURIComponent(valueOf(each))),
    path,
  );
  const query = new URLSearchParams(
    sent(operation, "query").map((each) => [each.name, valueOf(each)]),
  );
  return `${base}${filled}${query.size > 0 ? `?${query}` : ""}`;
}

/** Opens the page and returns its examples. */
export async function openPage({ url }: World): Promise<Example[]> {
  const page = await (await fetch(`${url}/docs`)).text();
  const document: Document = await (await fetch(`${url}/docs/openapi.json`)).json();
  const filled = filledIn(page);
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Example => {
      const example = operation.requestBody?.content["application/json"]?.example;
      const headers = sent(operation, "header").map((each) => [each.name, valueOf(each)]);
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        url: addressOf(`${url}/functions/v1`, path, operation),
        headers: {
          ...Object.fromEntries(headers),
          ...credentialsOf(operation, document.components, filled),
          ...(example !== undefined && { "content-type": "application/json" }),
        },
        body: example === undefined ? undefined : JSON.stringify(example),
        statuses: Object.keys(operation.responses).map(Number),
      };
    })
  );
}
