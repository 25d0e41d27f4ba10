/**
 * Charges saved cards for due top-ups. Only Stripe's payment events grant credits; this code
 * requests a charge and stores Stripe's response.
 */
import type { ArgsOf } from "../../contracts/database/functions.ts";
import type { TopUpCharge } from "../../contracts/database/results/top-ups.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { ApiError } from "../../core/errors.ts";
import { reportStripeFault } from "../report-stripe-fault.ts";
import { returnUrls } from "../return-urls.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";
import type { Payments } from "../../adapters/stripe/create-payments.ts";

/**
 * The number of charges made in parallel: a run that makes one at a time would mostly wait for
 * Stripe.
 */
const AT_ONCE = 5;

type TopUpOutcome = "charged" | "failed" | "authentication" | "unavailable";

interface TopUpsReport {
  /** The number of charges that Stripe accepted. The credits are granted when Stripe's events arrive. */
  readonly charged: number;
  readonly failed: number;
}

/** Stores Stripe's response. The run's deadline does not apply, so that no response is lost. */
function report({ database }: Services, args: ArgsOf<"top_ups_report">) {
  return withOwnTime(() => database.rpc("top_ups_report", args));
}

async function charge(
  services: Services,
  payments: Payments,
  due: TopUpCharge,
): Promise<TopUpOutcome> {
  const outcome = await payments.chargeCard(due);
  await report(services, {
    p_order_id: due.order_id,
    p_outcome: outcome.kind,
    p_payment_id: outcome.payment_id ?? undefined,
    p_code: "code" in outcome ? outcome.code : undefined,
  });
  if (outcome.kind === "accepted") return "charged";
  return outcome.kind === "authentication" ? "authentication" : "failed";
}

/**
 * Opens a page on which the user pays, because the bank requires a confirmation. The charge is cancelled
 * first; otherwise the user could pay twice.
 */
async function link(
  services: Services,
  payments: Payments,
  due: TopUpCharge,
): Promise<TopUpOutcome> {
  const { database, origins } = services;
  if (!await payments.cancelCharge(due)) {
    await report(services, {
      p_order_id: due.order_id,
      p_outcome: "accepted",
      p_payment_id: due.payment_id ?? undefined,
      p_code: undefined,
    });
    return "charged";
  }
  const page = await payments.openTopUpPage(due, returnUrls({}, origins));
  const args = { p_order_id: due.order_id, p_session_id: page.id, p_session_url: page.url };
  await withOwnTime(() => database.rpc("top_ups_link", args));
  return "authentication";
}

/**
 * Stores that the outcome is unknown. A later run repeats the request for the same order with the
 * same idempotency key.
 */
async function postpone(services: Services, due: TopUpCharge, error: unknown): Promise<void> {
  const { order_id, step } = due;
  const internal = error instanceof ApiError ? error.internal : undefined;
  const detail = internal ?? String(error);
  services.log("error", "top-up result unknown", { order_id, step, detail });
  const unknown = { p_order_id: order_id, p_outcome: "unknown" as const, p_payment_id: undefined };
  await report(services, { ...unknown, p_code: detail })
    // The order's lease expires, and a later run claims the order again.
    .catch((failure: unknown) => {
      services.log("warn", "top-up result not stored", { order_id, detail: String(failure) });
    });
}

async function run(services: Services, due: TopUpCharge): Promise<TopUpOutcome> {
  try {
    const payments = await services.payments();
    const act = due.step === "charge" ? charge : link;
    const outcome = await act(services, payments, due);
    services.log("info", "top-up", { order_id: due.order_id, step: due.step, outcome });
    return outcome;
  } catch (error) {
    await reportStripeFault(services, error);
    await postpone(services, due, error);
    return "unavailable";
  }
}

/**
 * Stops when no top-up is due, when `untilMs` (milliseconds since 1970) has passed, or when the
 * result of a charge is unknown.
 */
export async function runTopUps(services: Services, untilMs: number): Promise<TopUpsReport> {
  const done = { charged: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("top_ups_claim", { p_limit: AT_ONCE });
    const outcomes = await Promise.all(due.map((each) => run(services, each)));
    const count = (wanted: TopUpOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
    done.charged += count("charged");
    done.failed += count("failed") + count("unavailable");
    if (due.length === 0 || outcomes.includes("unavailable")) break;
  }
  return done;
}
