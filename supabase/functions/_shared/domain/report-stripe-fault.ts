/** Records a setup fault at Stripe, which only an operator can correct. */
import {
  OtherStripeAccount,
  StripeKeyRefused,
  TaxNotSetUp,
} from "../adapters/stripe/error-classes.ts";
import { withOwnTime } from "../core/deadline.ts";
import { ApiError } from "../core/errors.ts";
import type { Services } from "../http/route/app-services.ts";

function faultOf(error: ApiError) {
  if (error instanceof OtherStripeAccount) return "other_account";
  if (error instanceof StripeKeyRefused) return "key_refused";
  if (error instanceof TaxNotSetUp) return "tax_not_set_up";
}

/** Logs and stores the fault, so that an alert reports it. Does nothing for any other error. */
export async function reportStripeFault(services: Services, error: unknown): Promise<void> {
  if (!(error instanceof ApiError)) return;
  const p_fault = faultOf(error);
  if (p_fault === undefined) return;
  const p_subject = error instanceof OtherStripeAccount ? error.customerId : undefined;
  const p_detail = error.internal ?? error.code;
  services.log("error", "the setup at Stripe is wrong", { fault: p_fault, detail: p_detail });
  await withOwnTime(() =>
    services.database.rpc("stripe_faults_report", { p_fault, p_detail, p_subject })
  ).catch((failure: unknown) => {
    services.log("warn", "setup fault not stored", { detail: String(failure) });
  });
}
