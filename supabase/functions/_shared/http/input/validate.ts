/**
 * Validates input against its schema, and reports the first mistake as one sentence and one field
 * path.
 */
import type { z } from "@hono/zod-openapi";
import { type ApiError, invalid } from "../../core/errors.ts";

// The caller chooses the name of an unknown field, so the response quotes at most 200 characters of
// the name.
const MAX_FIELD = 200;

type Issue = z.core.$ZodIssue;

/** Returns the path as text: `["events", 3, "model"]` becomes `events[3].model`. */
function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text.slice(0, MAX_FIELD);
}

type Limit = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

const UNITS: Readonly<Record<string, string>> = { string: "character", array: "item" };

/**
 * Returns a sentence for people. zod's own sentence mentions types, as in "expected array to have
 * >=1 items".
 */
function explainLimit(issue: Limit, field: string): string {
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const unit = UNITS[issue.origin];
  const [least, above] = issue.code === "too_small"
    ? ["at least", "more than"]
    : ["at most", "less than"];
  const amount = `${issue.inclusive === false ? above : least} ${limit}`;
  if (unit === undefined) return `${field} must be ${amount}.`;
  return `${field} must have ${amount} ${unit}${Number(limit) === 1 ? "" : "s"}.`;
}

/** Returns true for an exceeded limit whose message was written by zod and not by the schema. */
const isLimit = (issue: Issue): issue is Limit =>
  (issue.code === "too_small" || issue.code === "too_big") &&
  /^Too (?:small|big)/.test(issue.message);

function explain(issue: Issue): ApiError {
  if (issue.code === "unrecognized_keys") {
    return invalid(
      "This field is unknown. Leave it out.",
      fieldPath([...issue.path, issue.keys[0] ?? ""]),
    );
  }
  const field = fieldPath(issue.path);
  if (isLimit(issue)) return invalid(explainLimit(issue, field || "The body"), field || undefined);
  if (field === "") return invalid(issue.message);
  // zod's own message for a missing field mentions types and `undefined`, so it is replaced.
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  return invalid(isMissing ? "This field is required." : issue.message, field);
}

/**
 * Returns the parsed input.
 * @throws ApiError `invalid_request` with the first invalid field
 */
export function validate<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw explain(parsed.error.issues[0]!);
}

// supabase-js adds this parameter when a region is chosen for the Edge Function. No route reads it.
const FOREIGN_QUERY = "forceFunctionRegion";

/**
 * Returns the query string as an object.
 * @throws ApiError `invalid_request` for a repeated parameter or a null character
 */
export function queryOf(url: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  const start = url.indexOf("?");
  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    if (name === FOREIGN_QUERY) continue;
    if (name in query) throw invalid("Send this parameter once.", name.slice(0, MAX_FIELD));
    if (value.includes("\u0000")) throw invalid("Text must not contain a null character.", name);
    query[name] = value;
  }
  return query;
}
