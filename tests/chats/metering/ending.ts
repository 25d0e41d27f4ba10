/** Describes a way in which a metered call can end, and provides the steps of such ways. */
import { rejects } from "node:assert/strict";
import { requestsWith } from "../../support/work/chat.ts";
import { until } from "../../support/project/until.ts";
import type { App, AppOptions } from "./app.ts";

/** `bill` is the provider's own bill, and `count` is what the app has counted. */
export type Charge = "bill" | "count" | "hold" | "nothing";

export interface Ending extends AppOptions {
  readonly name: string;
  readonly play: (app: App) => Promise<void>;
  readonly charge: Charge;
  /** Whether the charge is in the journal when the process ends. */
  readonly isLeft?: boolean;
}

/** Reads this many pieces of text, and returns the reader. */
export async function read(app: App, pieces = Infinity) {
  const reader = (await app.stream()).getReader();
  for (let left = pieces; left > 0;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (value.type === "text-delta") left -= 1;
  }
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
/** This timeout is too short for the wait before a second attempt. */
export const brief = { metering: { timeoutMs: 700 } };

export async function requestArrives(app: App): Promise<void> {
  await until("the request arrives", async () => {
    return (await requestsWith(app.world, app.name)).length > 0 || undefined;
  });
}
