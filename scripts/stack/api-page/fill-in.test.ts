import { deepEqual, equal, match } from "node:assert/strict";
import { EXAMPLE_IDS } from "../../openapi/example-ids.ts";
import { fillIn } from "./fill-in.ts";

const HOLD = "0a0b0c0d-0000-4000-8000-000000000001";

const json = (example: unknown) => ({ content: { "application/json": { example } } });

const DOCUMENT = {
  openapi: "3.1.0",
  paths: {
    "/holds/{id}": {
      post: {
        summary: "Settles",
        parameters: [
          { in: "path", name: "id", required: true, example: EXAMPLE_IDS.hold },
          { in: "header", name: "idempotency-key", required: true, example: "request-1" },
        ],
        requestBody: json({ users: [{ id: EXAMPLE_IDS.customer }], hold: EXAMPLE_IDS.hold }),
      },
    },
    "/settings/rates": { post: { requestBody: json({ version: "4711", dry_run: true }) } },
    "/jobs": {
      get: {
        parameters: [
          { in: "query", name: "status", schema: { enum: ["queued"] } },
          { in: "query", name: "limit", schema: { default: 20 } },
          { in: "query", name: "name", required: true, schema: { enum: ["a"] } },
        ],
      },
    },
  },
};

const KNOWN = { ids: { hold: HOLD }, versions: { "/settings/rates": "12" } };

Deno.test("known ids and versions replace those of the examples, and others stay", () => {
  const { paths, openapi } = fillIn(DOCUMENT, KNOWN);
  equal(openapi, "3.1.0");
  const { parameters, requestBody, summary } = paths["/holds/{id}"].post;
  equal(summary, "Settles");
  equal(parameters[0]!.example, HOLD);
  match(parameters[1]!.example, /^[0-9a-f-]{36}$/);
  const { example } = requestBody.content["application/json"];
  deepEqual(example, { users: [{ id: EXAMPLE_IDS.customer }], hold: HOLD });
  const rates = paths["/settings/rates"].post.requestBody.content["application/json"];
  deepEqual(rates.example, { version: "12", dry_run: true });
  equal(DOCUMENT.paths["/holds/{id}"].post.parameters[0]!.example, EXAMPLE_IDS.hold);
});

Deno.test("optional parameters are off, with their default as the value to begin with", () => {
  const { parameters } = fillIn(DOCUMENT, KNOWN).paths["/jobs"].get;
  const [status, limit, name] = parameters as Record<string, unknown>[];
  deepEqual(status!.examples, { example: { value: "", "x-disabled": true } });
  deepEqual(limit!.examples, { example: { value: 20, "x-disabled": true } });
  equal(name!.examples, undefined);
});
