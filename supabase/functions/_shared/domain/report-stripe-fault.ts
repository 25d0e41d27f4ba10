/** Reports a fault in the Stripe account's setup, which only an operator can correct. */
import { OtherStripeAccount, TaxNotSetUp } from "../adapters/stripe/errors.ts";
import { withOwnTime } from "../core/deadline.ts";
import type { Services } from "../http/route/app-services.ts";

/** Logs and stores the fault, so that an alert reports it. Does nothing for any other error. */
export async function reportStripeFault(services: Services, error: unknown): Promise<void> {
  const isOther = error instanceof OtherStripeAccount;
  if (!isOther && !(error instanceof TaxNotSetUp)) return;
  const p_fault = isOther ? "other_account" : "tax_not_set_up";
  const p_subject = isOther ? error.customerId : undefined;
  const p_detail = error.internal ?? error.code;
  services.log("error", "the setup at Stripe is wrong", { fault: p_fault, detail: p_detail });
  const args = { p_fault, p_detail, p_subject } as const;
  await withOwnTime(() => services.database.rpc("stripe_faults_report", args))
    .catch((failure: unknown) => {
      services.log("warn", "fault of the setup not stored", { detail: String(failure) });
    });
}
