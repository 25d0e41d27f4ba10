/**
 * The type that describes how a metered call can end, and functions for the steps of such a call.
 */
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { equal, ok, rejects } from "node:assert/strict";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";
import { endedRequestsWith, requestsWith } from "../../support/work/chat.ts";
import { holdsEnd } from "../../support/work/jobs.ts";
import { hasPaid } from "../openai/sdk.ts";
import { App, type AppOptions } from "./app.ts";

/**
 * The credits that a call costs: `bill` is the provider's own bill, `count` is the usage that the
 * app has counted, `hold` is the held amount, `price` is the app's own price, and `everything` is
 * all credits of the user. With `gone`, the user was deleted, and the balance is not checked.
 */
export type Charge = "bill" | "count" | "hold" | "price" | "everything" | "nothing" | "gone";
/** The app's own price of each call. */
export const PRICE = "7";

export interface Ending extends AppOptions {
  readonly name: string;
  readonly play: (app: App) => Promise<void>;
  readonly charge: Charge;
  /**
   * Whether the charge is still in the journal when the process ends, so that the next start
   * settles it.
   */
  readonly isLeft?: boolean;
}

type Reader = ReadableStreamDefaultReader<LanguageModelV4StreamPart>;

/** Reads this many more pieces of text, by default all. */
export async function readOn(reader: Reader, pieces = Infinity): Promise<void> {
  for (let left = pieces; left > 0;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value.type === "text-delta") left -= 1;
  }
}

/** Begins a stream, reads this many pieces of text, and returns the reader. */
export async function read(app: App, pieces = Infinity): Promise<Reader> {
  const reader = (await app.stream()).getReader();
  await readOn(reader, pieces);
  return reader;
}

export const readAll = async (app: App) => void await read(app);

export async function abortAfter(app: App, pieces: number): Promise<void> {
  const reader = await read(app, pieces);
  app.stop.abort();
  await rejects(reader.read(), { name: "AbortError" });
  await app.rest();
}

export async function cancelAfter(app: App, pieces: number): Promise<void> {
  await (await read(app, pieces)).cancel();
  await app.rest();
}

export const failsToRead = async (app: App) => {
  await rejects(readAll(app));
  await app.rest();
};

export const long = { markers: "[tokens:60]" };
export const slow = { markers: "[tokens:60][pace:20]" };
/**
 * With this timeout, the client sends a request to an unreachable path twice. The second attempt
 * begins within 1.5 s. A third attempt would begin after 3 s or more, which is after the timeout. A
 * shorter timeout would end requests to a busy service.
 */
export const brief = { metering: { timeoutMs: 2_900 } };

export async function requestArrives(app: App): Promise<void> {
  await until("the request arrives", async () => {
    return (await requestsWith(app.world, app.name)).length > 0 || undefined;
  });
}

/** Asserts the user's balance after the call. */
async function isCharged(world: World, app: App, charge: Charge): Promise<void> {
  if (charge === "gone") return;
  const balance = Number(await holdsEnd(world, app.person.id));
  const before = Number(app.options.credits ?? "1000");
  if (charge === "nothing") return equal(balance, before);
  if (charge === "everything") return equal(balance, 0);
  if (charge === "price") return equal(balance, before - Number(PRICE));
  if (charge === "bill") {
    const requests = await endedRequestsWith(world, app.name);
    return await hasPaid(world, app.person, requests.map(({ billed }) => billed!));
  }
  const paid = before - balance;
  const longest = 500 * 0.06; // the price of the longest answer, without its prompt
  if (charge === "hold") return ok(paid > longest, `${paid} credits`);
  const [settlement] = app.settlements;
  ok(settlement?.status === "settled", JSON.stringify(settlement));
  equal(paid.toFixed(6), Number(settlement.credits).toFixed(6));
  ok(paid > 0 && paid < longest, `${paid} credits`);
}

export const titleOf = ({ name, charge }: Ending) => `a call ${name} costs: ${charge}`;

/**
 * Plays a call and starts the app again. After that, the call must have been charged as `charge`
 * says, and the journal must be empty.
 */
export async function playEnding(
  world: World,
  { play, charge, isLeft = false, ...options }: Ending,
): Promise<void> {
  const app = await App.start(world, options);
  try {
    await play(app);
    equal(await app.journalled(), isLeft ? 1 : 0, "records in the journal");
    equal(await app.restart(), isLeft ? 1 : 0, "settled at the next start");
    app.stop.abort(); // ends the work that still runs in the first process
    await app.rest();
    equal(await app.journalled(), 0);
    await isCharged(world, app, charge);
  } finally {
    await Deno.remove(app.folder, { recursive: true });
  }
}
