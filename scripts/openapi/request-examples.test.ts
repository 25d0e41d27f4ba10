/** Tests that each example in the document is a request or an answer that the contract allows. */
import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { Ajv2020 } from "ajv/dist/2020.js";
import { buildDocument } from "./build-document.ts";
import { describeRoutes } from "./describe-routes.ts";
import { PATH_EXAMPLES } from "./path-examples.ts";
import { REQUEST_EXAMPLES } from "./request-examples.ts";

/** Returns the contract of each request's body, by method and path. */
function contracts(): Map<string, z.ZodType> {
  const found = new Map<string, z.ZodType>();
  for (const definition of describeRoutes().openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, path, request } = definition.route;
    const content = request?.body?.content["application/json"];
    const schema = content && "schema" in content ? content.schema : undefined;
    if (schema instanceof z.ZodType) found.set(`${method.toUpperCase()} ${path}`, schema);
  }
  return found;
}

Deno.test("each request with a body has an example, which its route accepts", () => {
  const bodies = contracts();
  assert.deepEqual(Object.keys(REQUEST_EXAMPLES).sort(), [...bodies.keys()].sort());
  for (const [name, body] of bodies) {
    const { error } = body.safeParse(REQUEST_EXAMPLES[name]);
    assert.equal(error, undefined, `${name}: ${error?.message}`);
  }
});

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly example?: string;
}

interface Example {
  /** The JSON pointer of the example's schema. */
  readonly at: string;
  readonly value: unknown;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Returns the examples of all schemas, and those of the requests' bodies. */
function examplesIn(value: unknown, at: string, areNames = false): Example[] {
  if (!isTree(value)) return [];
  const own = areNames || !("example" in value)
    ? []
    : [{ at: "schema" in value ? `${at}/schema` : at, value: value.example }];
  const inner = Object.entries(value).flatMap(([name, part]) => {
    if (name === "example" && !areNames) return [];
    const step = name.replaceAll("~", "~0").replaceAll("/", "~1");
    return examplesIn(part, `${at}/${step}`, name === "properties" && !areNames);
  });
  return [...own, ...inner];
}

Deno.test("each parameter in a path has an example", () => {
  const { paths } = JSON.parse(buildDocument());
  const missing = Object.entries<Record<string, { parameters?: Parameter[] }>>(paths).flatMap((
    [path, operations],
  ) =>
    Object.values(operations).flatMap(({ parameters = [] }) => parameters)
      .filter((each) => each.in === "path" && each.example === undefined)
      .map(({ name }) => `${path}: ${name}`)
  );
  assert.deepEqual(missing, []);
});

Deno.test("each path example is of a path in the document", () => {
  const paths = Object.keys(JSON.parse(buildDocument()).paths);
  const unused = Object.keys(PATH_EXAMPLES).filter((start) =>
    !paths.some((path) => path === start || path.startsWith(`${start}/`))
  );
  assert.deepEqual(unused, []);
});

Deno.test("each example in the document is valid by the schema beside it", () => {
  const document = JSON.parse(buildDocument());
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
  ajv.addSchema(document, "document");
  const examples = examplesIn(document, "");
  assert.ok(examples.length > 800, `${examples.length}`);
  const wrong = examples.filter(({ at, value }) =>
    !ajv.validate({ $ref: `document#${encodeURI(at)}` }, value)
  );
  assert.deepEqual(wrong, []);
});
