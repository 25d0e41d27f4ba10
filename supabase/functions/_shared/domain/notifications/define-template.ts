/** The form of a template: the data that it takes, and the function that writes the email. */
import type { z } from "@hono/zod-openapi";
import type { EmailParts, Fact } from "./email-parts.ts";
import type { Formats } from "./locale-formats.ts";
import type { Sentences } from "./languages/en.ts";

/** The sentences of a language and the formats of a locale, for a template's text. */
export interface Voice extends Formats {
  readonly say: Sentences;
}

/** The parts of an email that a template writes. A template may leave out `references`. */
type Written = Omit<EmailParts, "references"> & Partial<Pick<EmailParts, "references">>;

export interface Template<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly write: (data: z.output<S>, voice: Voice) => Written;
  /** Emails to operators are in English, like the runbooks and the summaries of alerts. */
  readonly isEnglish?: true;
}

export function defineTemplate<S extends z.ZodType>(schema: S, write: Template<S>["write"]) {
  return { schema, write } satisfies Template<S>;
}

/** Defines a template that only operators receive. */
export function defineForOperators<S extends z.ZodType>(schema: S, write: Template<S>["write"]) {
  return { schema, write, isEnglish: true } satisfies Template<S>;
}

/** Returns a list of one fact; an empty list if the fact's value is null. */
export function optional(name: string, value: string | null): Fact[] {
  return value === null ? [] : [[name, value]];
}
