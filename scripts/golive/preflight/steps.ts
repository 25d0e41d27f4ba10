/** The checks before a launch, which change nothing. A resumed run repeats them. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { clock } from "./clock.ts";
import { advisors, cron, migrations } from "./database.ts";
import { keyModes } from "./keys.ts";
import { mailDomain } from "./mail-domain.ts";
import { threeInboxes } from "./three-inboxes.ts";
import { mailService } from "./mail-service.ts";
import { consolePage, origins } from "./origins.ts";
import { redisEviction, redisTls } from "./redis.ts";
import { ownSecrets, projectSecrets } from "./secrets.ts";
import { snapshotAge } from "./snapshot.ts";
import { endpoints, rights, webhookFunction } from "./stripe.ts";

const CHECKS: readonly GoLiveStep[] = [
  ...[clock, ownSecrets, projectSecrets, keyModes],
  ...[endpoints, webhookFunction, rights],
  ...[migrations, cron, advisors],
  ...[redisTls, redisEviction],
  ...[mailService, mailDomain, threeInboxes],
  ...[origins, consolePage],
  snapshotAge,
];

/**
 * Each call repeats every check. A check that passed in an earlier call may fail now, because the
 * correction of one fault can cause another.
 */
export const PREFLIGHT: readonly GoLiveStep[] = redacting(
  CHECKS.map((step) => ({ ...step, isRepeated: true })),
);
