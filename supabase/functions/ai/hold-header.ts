/**
 * The header with the id of the hold that pays for a chat. A stream's headers are sent before the
 * charge is known. If the stream breaks off, the caller can read the charge from the hold.
 */
import { z } from "@hono/zod-openapi";

export const HOLD_HEADER = {
  "farthing-hold": z.string().openapi({ description: "The id of the hold that pays the chat." }),
};

export function holdHeader(holdId: string) {
  return { "farthing-hold": holdId };
}
