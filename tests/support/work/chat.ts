/** Sends chats as an app does, and reads the requests that reached the emulated provider. */
import { createParser } from "eventsource-parser";
import { equal } from "node:assert/strict";
import { withSql } from "../project/database.ts";
import type { Person } from "../project/people.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

interface Billed {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** A request that the emulated provider received. If `ended` is false, the values may still change. */
export interface ProviderRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream: boolean;
  readonly status: number | null;
  readonly tokens_sent: number;
  readonly aborted: boolean;
  readonly ended: boolean;
  readonly usage: Billed | null;
  /** The tokens that the provider has billed for the request so far. */
  readonly billed: Billed | null;
}

/** Returns the requests that have reached the provider and contain this text, oldest first. */
export async function requestsWith(world: World, text: string): Promise<ProviderRequest[]> {
  const url = `${world.aiUrl}/_control/requests?contains=${encodeURIComponent(text)}`;
  const { requests } = await (await fetch(url)).json() as { requests: ProviderRequest[] };
  return requests;
}

/**
 * Waits until all requests with this text have ended, and returns them. The caller may read a chat's last
 * piece before the provider has recorded the end of the request.
 */
export function endedRequestsWith(world: World, text: string): Promise<ProviderRequest[]> {
  return until(`the requests with ${text} have ended`, async () => {
    const requests = await requestsWith(world, text);
    return requests.length > 0 && requests.every(({ ended }) => ended) ? requests : undefined;
  });
}

/** Returns a unique name and a prompt that contains the name. A test finds its own requests by the name. */
export function promptOf(markers: string): { name: string; content: string } {
  const name = `farthing-${crypto.randomUUID()}`;
  return { name, content: `${name} What was a farthing worth? ${markers}` };
}

export function chatBody(content: string, more: Record<string, unknown> = {}) {
  return { model: "gpt-4o", messages: [{ role: "user", content }], ...more };
}

export interface StreamEvent {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/**
 * Opens a streamed chat, and reads the stream as long as `keepsReading` returns true. Then aborts the
 * request.
 */
export async function streamChat(
  world: World,
  person: Person,
  body: object,
  keepsReading: (deltas: number) => boolean = () => true,
  key: string = crypto.randomUUID(),
): Promise<{ events: StreamEvent[]; replayed: boolean }> {
  const caller = new AbortController();
  const response = await fetch(`${world.url}/functions/v1/ai/chat`, {
    method: "POST",
    headers: { ...person.as, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ ...body, stream: true }),
    signal: caller.signal,
  });
  equal(response.status, 200);
  equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const events: StreamEvent[] = [];
  let isReading = true;
  const parser = createParser({
    // A chunk may contain several events. Events after the last event that the test wants are dropped.
    onEvent: ({ event, data }) => {
      if (!isReading) return;
      events.push({ name: event ?? "", data: JSON.parse(data) });
      isReading = keepsReading(events.filter(({ name }) => name === "delta").length);
    },
    onError: (error) => {
      throw error;
    },
  });
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    if (!isReading) break;
  }
  caller.abort();
  return { events, replayed: response.headers.get("idempotency-replayed") === "true" };
}

interface ChatRow {
  readonly hold_id: string;
  readonly state: string;
  readonly input_tokens: number;
  readonly streamed_tokens: number;
}

async function chatsOf(world: World, { id }: Person): Promise<ChatRow[]> {
  return await withSql(world, async (sql) => [
    ...await sql<ChatRow[]>`
      select c.hold_id, c.state, c.input_tokens, c.streamed_tokens
      from farthing.chats c join farthing.accounts a using (account_id) where a.owner_id = ${id}
      order by c.created_at`,
  ]);
}

/**
 * Makes these users' chats a minute older, and runs the task that closes abandoned chats. The chats
 * of other users stay open.
 */
export async function closeAbandonedChats(world: World, people: readonly Person[]): Promise<void> {
  await withSql(world, async (sql) => {
    await sql`
      update farthing.chats c set heartbeat_at = c.heartbeat_at - interval '61 seconds'
      from farthing.accounts a
      where a.account_id = c.account_id and a.owner_id in ${sql(people.map(({ id }) => id))}`;
    await sql`select farthing.close_abandoned_chats()`;
  });
}

/**
 * Moves the beginning of the user's chats 200 seconds into the past. After 200 seconds, a chat's
 * request has ended and can no longer change the charge. So the charge is final, even if the
 * isolate was killed. The test does not have to wait that long.
 */
export async function makeChargesFinal(world: World, person: Person): Promise<void> {
  await withSql(world, (sql) =>
    sql`
      update farthing.chats c set created_at = c.created_at - interval '200 seconds'
      from farthing.accounts a where a.account_id = c.account_id and a.owner_id = ${person.id}`);
}

/** Waits until none of the user's chats is open, and returns the chats. */
export function closedChats(world: World, person: Person): Promise<ChatRow[]> {
  return until("every chat is closed", async () => {
    const rows = await chatsOf(world, person);
    return rows.length > 0 && rows.every(({ state }) => state !== "open") ? rows : undefined;
  });
}
