/** Metadata: data that the app stores with a booking or a usage event. */
import { z } from "@hono/zod-openapi";

const MAX_METADATA_KEYS = 50;

/** An object of at most 50 fields that the caller chooses. It is stored and returned unchanged. */
export const Metadata = z.record(z.string().max(100), z.json())
  .refine(
    (value) => Object.keys(value).length <= MAX_METADATA_KEYS,
    `Send an object with at most ${MAX_METADATA_KEYS} names.`,
  )
  .openapi({ type: "object", additionalProperties: true });
