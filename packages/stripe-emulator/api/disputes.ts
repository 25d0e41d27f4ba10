import type Stripe from "stripe";
import { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { mergeMetadata } from "../core/objects.ts";
import examples from "../fixtures/examples.json" with { type: "json" };
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { judge, stageEvidence } from "../payments/dispute-evidence.ts";
import { isClosed, isInquiry, moveDispute } from "../payments/disputes.ts";
import { charges } from "../resources/charges.ts";
import { disputes } from "../resources/disputes.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import type { Scope } from "../store/scope.ts";

type Dispute = Stripe.Dispute;

/** The maximum number of characters in one text of the evidence. */
const MAX_TEXT = 20_000;

const { enhanced_evidence: _, ...texts } = examples.dispute.evidence;
const evidence = z.strictObject({
  ...Object.fromEntries(
    Object.keys(texts).map((name) => [name, unsettable(z.string().max(MAX_TEXT)).optional()]),
  ),
  appeal: unsupported,
  enhanced_evidence: unsupported,
});

/** Updates a dispute. Evidence is submitted immediately; with `submit: false` it is only staged. */
const update = route(
  "POST",
  "/v1/disputes/:id",
  {
    evidence: evidence.optional(),
    metadata: unsettable(metadata).optional(),
    submit: flag.optional(),
    intended_submission_method: unsupported,
  },
  (scope, params, { id }) => {
    const dispute = openOne(scope, id);
    const submit = params.submit ?? params.evidence !== undefined;
    const merged = mergeMetadata(dispute.metadata, params.metadata);
    const given = params.evidence as Partial<Dispute["evidence"]> | undefined;
    const staged = stageEvidence(scope, dispute, given, merged, submit);
    // The answer is made before the bank decides, so it still shows the status `under_review`.
    if (submit) judge(scope, staged);
    return staged;
  },
);

const close = route("POST", "/v1/disputes/:id/close", {}, (scope, _params, { id }) => {
  const dispute = openOne(scope, id);
  return moveDispute(scope, dispute, isInquiry(dispute) ? "warning_closed" : "lost");
});

function openOne(scope: Scope, id: string): Dispute {
  const dispute = disputes.get(scope, id);
  if (isClosed(dispute)) throw invalidRequest("This dispute is already closed");
  return dispute;
}

export const disputeResource: Resource = {
  object: "dispute",
  routes: [
    listRoute(
      "/v1/disputes",
      disputes,
      { charge: text.optional(), payment_intent: text.optional() },
      (dispute, wanted) =>
        (wanted.charge ?? dispute.charge) === dispute.charge &&
        (wanted.payment_intent ?? dispute.payment_intent) === dispute.payment_intent,
    ),
    retrieveRoute("/v1/disputes", disputes),
    update,
    close,
  ],
  expands: {
    charge: reference("charge", () => charges),
    payment_intent: reference("payment_intent", () => paymentIntents),
  },
};
