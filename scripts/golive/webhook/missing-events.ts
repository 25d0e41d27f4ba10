/**
 * Compares Stripe's list of events with the inbox. Names the command that fetches missing events.
 */
import type Stripe from "stripe";
import { EVENT_TYPES } from "../../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";
import { WebhookEvent } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import { z } from "zod";
import type { GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, type Finding, found, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";

const HOURS = 24;
const PAGE = 100;
/** Stripe allows this many event types in one request. */
const MAX_TYPES = 20;
/**
 * An event younger than this does not count as missing, because its delivery may still be in
 * progress.
 */
const GRACE_SECONDS = 20;
const SHOWN = 10;

export interface Listed {
  readonly id: string;
  readonly type: string;
  readonly created: number;
}

/** Returns Stripe's events since this time, of the types that the functions read. */
async function listEvents(
  { stripe }: Project,
  sinceSeconds: number,
): Promise<Listed[]> {
  const all: Stripe.Event[] = [];
  for (let at = 0; at < EVENT_TYPES.length; at += MAX_TYPES) {
    const types = EVENT_TYPES.slice(at, at + MAX_TYPES);
    const params = { created: { gte: sinceSeconds }, types, limit: PAGE };
    for await (const event of stripe.events.list(params)) all.push(event);
  }
  return all.map(({ id, type, created }) => ({ id, type, created }));
}

/** Returns the inbox's events since this time, each with its state. */
async function readInbox(
  project: Project,
  sinceSeconds: number,
): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  let cursor = "";
  for (;;) {
    const reply = await ask(project, `webhook-events?limit=${PAGE}${cursor}`);
    const events = dataOf(reply, 200, z.array(WebhookEvent));
    for (const { event_id, state } of events) states.set(event_id, state);
    const last = events.at(-1);
    const isOlder = last !== undefined && Date.parse(last.received_at) / 1000 < sinceSeconds;
    if (reply.nextCursor === null || isOlder) return states;
    cursor = `&cursor=${encodeURIComponent(reply.nextCursor)}`;
  }
}

export interface Gaps {
  readonly listed: number;
  /** The number of listed events that must have arrived by now, because they are old enough. */
  readonly due: number;
  readonly missing: readonly Listed[];
  /** The events that were received and not applied. */
  readonly stuck: readonly string[];
}

/** Returns which of Stripe's events the inbox lacks, and which it could not apply. */
export function gapsOf(
  listed: readonly Listed[],
  inbox: ReadonlyMap<string, string>,
  /** Later events are not judged, because their delivery may still be in progress. */
  untilSeconds: number,
): Gaps {
  const due = listed.filter(({ created }) => created <= untilSeconds);
  const stuck = due.flatMap(({ id }) => {
    const state = inbox.get(id);
    return state === "dead" || state === "failed" ? [`${id} ${state}`] : [];
  });
  const missing = due.filter(({ id }) => !inbox.has(id));
  return { listed: listed.length, due: due.length, missing, stuck };
}

export async function findGaps(
  project: Project,
  sinceSeconds: number,
  graceSeconds = GRACE_SECONDS,
): Promise<Gaps> {
  const listed = await listEvents(project, sinceSeconds);
  const inbox = await readInbox(project, sinceSeconds);
  return gapsOf(listed, inbox, Math.floor(Date.now() / 1000) - graceSeconds);
}

const backfillOf = ({ url }: Project, hours: number) =>
  `curl -X POST ${url}/functions/v1/webhook-events/backfill -H "apikey: $SUPABASE_SECRET_KEY" ` +
  `-H "content-type: application/json" -d '{"hours": ${hours}}'`;

/**
 * Judges the gaps. A dead-lettered event makes the step fail, because nothing retries the event
 * and a payment may stay without credits. A failed event causes only a warning, because it is
 * retried.
 */
export function judgeGaps({ listed, missing, stuck }: Gaps, backfill: string): Finding {
  const counted = `Stripe lists ${listed} events of ${HOURS} h, the inbox lacks ${missing.length}`;
  if (missing.length > 0) {
    const named = missing.slice(0, SHOWN).map(({ id, type }) => `${id} ${type}`);
    return failed([counted, ...named], `Fetch the missing events: ${backfill}`);
  }
  if (stuck.length === 0) return found(counted);
  const isDead = stuck.some((text) => text.endsWith(" dead"));
  return (isDead ? failed : warning)(
    [counted, ...stuck.toSorted().slice(0, SHOWN)],
    "Apply these events again: docs/recipes/recover-a-failed-webhook.md.",
  );
}

export const gaps: GoLiveStep = {
  code: "webhook.gaps",
  title: `Did every event of the last ${HOURS} hours arrive?`,
  source: "stripe",
  isRepeated: true,
  async run({ project }) {
    const since = Math.floor(Date.now() / 1000) - HOURS * 3600;
    return judgeGaps(await findGaps(project, since), backfillOf(project, HOURS));
  },
};
