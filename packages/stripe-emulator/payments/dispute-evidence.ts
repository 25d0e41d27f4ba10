import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { type DisputeEnd, isInquiry, moveDispute, updateDispute } from "./disputes.ts";
import type { Scope } from "../store/scope.ts";

type Dispute = Stripe.Dispute;

/** The maximum number of characters in all texts of the evidence together. */
const MAX_CHARACTERS = 150_000;

/**
 * The texts in `uncategorized_text` that decide a dispute, each with its decision. Stripe's test
 * mode has the same texts.
 */
const VERDICTS: Record<string, { chargeback?: DisputeEnd; inquiry: DisputeEnd }> = {
  winning_evidence: { chargeback: "won", inquiry: "warning_closed" },
  losing_evidence: { chargeback: "lost", inquiry: "warning_closed" },
  escalate_inquiry_evidence: { inquiry: "escalate" },
};

/** Adds evidence and metadata to a dispute. */
export function stageEvidence(
  scope: Scope,
  dispute: Dispute,
  evidence: Partial<Dispute["evidence"]> | undefined,
  metadata: Stripe.Metadata,
  submit: boolean,
): Dispute {
  const whole = { ...dispute.evidence, ...evidence };
  const texts = Object.values(whole).filter((value) => typeof value === "string");
  if (texts.join("").length > MAX_CHARACTERS) {
    throw invalidRequest(
      `All evidence together must have at most ${MAX_CHARACTERS} characters.`,
      "evidence",
    );
  }
  const details = dispute.evidence_details;
  return updateDispute(scope, dispute, {
    evidence: whole,
    metadata,
    evidence_details: {
      ...details,
      has_evidence: texts.length > 0,
      ...(submit && {
        past_due: scope.seconds() > (details.due_by ?? Infinity),
        submission_count: details.submission_count + 1,
        submission_method: "manual",
      }),
    },
    ...(submit && { status: isInquiry(dispute) ? "warning_under_review" : "under_review" }),
  });
}

/**
 * Decides a dispute by its submitted evidence. If the evidence contains none of the known texts,
 * the dispute stays undecided.
 */
export function judge(scope: Scope, dispute: Dispute): void {
  const verdict = VERDICTS[dispute.evidence.uncategorized_text ?? ""];
  const end = isInquiry(dispute) ? verdict?.inquiry : verdict?.chargeback;
  if (end) moveDispute(scope, dispute, end);
}
