/**
 * The gates of a canary's stage. A gate that closes ends the canary. A gate without data does not
 * close: on the first day there is no baseline, and there may be no requests. The stage then goes
 * on. The report shows which gates had no data.
 */
import { p95 } from "./p95-gate.ts";
import type { Baseline, Gate, StageFigures } from "./stage-figures.ts";

/** S4 in docs/reference/launch-checks.md: "Error Rate: < 0.5% at each canary stage". */
const MOST_ERRORS = 0.005;
/** S4 in docs/reference/launch-checks.md: "Webhook Success: > 95% delivery rate". */
const LEAST_WEBHOOKS = 0.95;
/** S4 in docs/reference/launch-checks.md: "Database Health: < 80% … connection utilization". */
const MOST_CONNECTIONS = 0.8;
/**
 * With at least this many attempts to send an email, the share of sent emails must be above
 * LEAST_WEBHOOKS. With fewer attempts, but at least FEW_EMAILS, the share is judged only after a
 * second failure. The service retries a failed email, and one failure may be an accident.
 */
const MANY_EMAILS = 20;
/** With fewer attempts to send an email than this, the gate closes only if all of them failed. */
const FEW_EMAILS = 5;

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

function errors({ counted: { requests, errors: count } }: StageFigures): Gate {
  if (requests === 0) return { name: "error-rate", verdict: "no data", says: "no requests" };
  const says = `errors ${percent(count / requests)} of ${requests} requests (limit < 0.5 %)`;
  const isSound = requests > 0 && count >= 0 && count <= requests;
  const isLow = isSound && count / requests < MOST_ERRORS;
  return { name: "error-rate", verdict: isLow ? "passed" : "closed", says };
}

function webhooks({ webhooks: { sent, arrived } }: StageFigures): Gate {
  if (sent === 0) {
    return { name: "webhook-success", verdict: "no data", says: "Stripe made no event" };
  }
  const says = `webhooks ${percent(arrived / sent)} of ${sent} events (limit > 95 %)`;
  return {
    name: "webhook-success",
    verdict: sent > 0 && arrived / sent > LEAST_WEBHOOKS ? "passed" : "closed",
    says,
  };
}

/**
 * With fewer attempts to send an email than MANY_EMAILS, a single failure closes the gate only if
 * it was the only attempt. The service retries a failed email, and one failure may be an accident.
 */
function email({ emails: { sent, failed } }: StageFigures): Gate {
  const all = sent + failed;
  if (sent === 0 && failed === 0) {
    return { name: "email", verdict: "no data", says: "no email was due" };
  }
  const says = `emails ${percent(sent / all)} of ${all} attempts sent (limit > 95 %)`;
  const isJudged = all >= MANY_EMAILS || (all >= FEW_EMAILS && failed > 1);
  const isDown = sent <= 0 || failed < 0 || (isJudged && sent / all <= LEAST_WEBHOOKS);
  return { name: "email", verdict: isDown ? "closed" : "passed", says };
}

function connections({ connections: has }: StageFigures): Gate {
  if (has === null || has.most === 0) {
    return { name: "connections", verdict: "no data", says: "the database reports no connections" };
  }
  const says = `connections ${has.used} of ${has.most} (limit < 80 %)`;
  const isFew = has.used >= 0 && has.used / has.most < MOST_CONNECTIONS;
  return { name: "connections", verdict: isFew ? "passed" : "closed", says };
}

/** SQL and the functions can't read the CPU load of the server. */
const CPU: Gate = {
  name: "cpu",
  verdict: "skipped",
  says: "check yourself that the CPU is below 80 %: Supabase's dashboard, Reports, Database",
};

function proof({ proof: proved }: StageFigures): Gate {
  if (proved === null) return { name: "proof", verdict: "no data", says: "no proof was run" };
  const { isClean, evidence: says, isOld } = proved;
  if (isClean && isOld) {
    return {
      name: "proof",
      verdict: "no data",
      says: `${says}; this proof is older than the stage`,
    };
  }
  return { name: "proof", verdict: isClean ? "passed" : "closed", says };
}

/**
 * Returns whether the stage can't be judged: no user sent a request, or the database did not report
 * its connections.
 */
export const isBlind = (gates: readonly Gate[]): boolean =>
  gates.some(({ name, verdict }) =>
    verdict === "no data" && (name === "error-rate" || name === "connections")
  );

export function judgeStage(now: StageFigures, baseline: Baseline): Gate[] {
  return [
    ...[errors(now), p95(now.routes, baseline.routes), webhooks(now), email(now)],
    ...[connections(now), CPU, proof(now)],
  ];
}
