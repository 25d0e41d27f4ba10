import { z } from "@hono/zod-openapi";
import document from "../_shared/generated/openapi.json" with { type: "json" };
import { defineRoute } from "../_shared/http/define-route.ts";
import { baseHeaders } from "../_shared/http/reply.ts";

// Made once: the document is the same for every request.
const text = JSON.stringify(document);

/** The contract itself, as OpenAPI 3.1, without our envelope. */
export const readOpenApi = defineRoute({
  method: "get",
  path: "/openapi.json",
  summary: "Read this document",
  who: ["none"],
  limit: "default",
  idempotent: false,
  responses: { 200: z.looseObject({}) },
  handler: ({ context }) =>
    Promise.resolve(
      new Response(text, {
        headers: [...baseHeaders(context), ["content-type", "application/json; charset=utf-8"]],
      }),
    ),
});
