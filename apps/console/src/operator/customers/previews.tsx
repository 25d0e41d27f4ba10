/** Previews of a refund and a grant. Only the service knows its rules, so only it computes them. */
import type { Input, Refund, Result } from "@farthing/client";
import type { DryRun } from "../../parts/dry-run.tsx";

/**
 * Undefined until the service has a dry run of refunds. The dialog then shows what is known of the
 * payment.
 */
export const useRefundPreview = ():
  | DryRun<Input<"post", "/refunds">, Refund>
  | undefined => undefined;

/** Undefined until the service has a dry run of grants. */
export const useGrantPreview = ():
  | DryRun<Input<"post", "/credits/grants">, Result<"post", "/credits/grants">>
  | undefined => undefined;
