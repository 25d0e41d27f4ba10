import type { Context } from "hono";
import type { z } from "zod";
import { invalidRequest } from "../http/errors.ts";

/** The JSON body of a control, checked. No body counts as `{}`. */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await c.req.text();
  const result = schema.safeParse(parse(text === "" ? "{}" : text));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalidRequest(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "invalid"}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("The body is not JSON.");
  }
}
