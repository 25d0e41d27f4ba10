/** How a fresh stack refuses an example of the API page, and why. */
export interface Exception {
  /** The status and the error's code. */
  readonly outcome: string;
  readonly why: string;
}

/**
 * The object does not exist on a fresh stack, but a scheduled task or another test may create it
 * before the request.
 */
export const NONE_YET = "404 not_found";

const none = (why: string): Exception => ({ outcome: NONE_YET, why });

const ALERT = none("No alert rule is above its threshold.");
const GRANT = none("A grant waits for a second operator only above the limit of the policy.");
const PAYOUT = none("Stripe has made no payout.");
const PROVIDER: Exception = {
  outcome: "403 forbidden",
  why: "The customer has booked; only the provider confirms and completes.",
};

export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  "DELETE /jobs/{id}": { outcome: "409 job_not_cancellable", why: "The job has ended." },
  "GET /alerts/{id}": ALERT,
  "GET /credits/grants/{id}": GRANT,
  "GET /disputes/{id}": none("No payment has been disputed."),
  "GET /payouts/{id}": PAYOUT,
  "GET /proofs/{id}": none("The first proof runs within ten minutes of the start."),
  "GET /reports/payouts/{id}": PAYOUT,
  "POST /alerts/{id}/acknowledge": ALERT,
  "POST /bookings/{id}/complete": PROVIDER,
  "POST /bookings/{id}/confirm": PROVIDER,
  "POST /credits/grants/{id}/confirm": GRANT,
  "POST /credits/grants/{id}/decline": GRANT,
  "POST /credits/welcome-grants/{id}/retry": none("Welcome credits are off by default."),
  "POST /fraud/warnings/{id}/clear": none("No card issuer has sent a warning."),
  "POST /mismatches/{id}/resolve": none("Stripe and the ledger agree."),
  "POST /notifications/{id}/retry": {
    outcome: "409 notification_not_dead",
    why: "The receipt has been sent.",
  },
  "POST /stripe-webhook": {
    outcome: "400 signature_invalid",
    why: "Only Stripe can sign an event.",
  },
};
