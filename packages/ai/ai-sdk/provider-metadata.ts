/** Describes the charge of an answer in metadata, which the app receives with the answer. */
import type { Settlement } from "../core/call.ts";

type Metadata = Record<string, Record<string, string | boolean | null>>;

/** Returns the metadata that the app receives as `providerMetadata.farthing`. */
export function metadataOf(settlement: Settlement): Metadata {
  const { status } = settlement;
  if (status !== "settled") return { farthing: { status } };
  const { credits, balanceAfter, isCapped } = settlement;
  return { farthing: { status, credits, balanceAfter, isCapped } };
}
