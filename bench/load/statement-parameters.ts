/**
 * The parameters of a statement. They are described as data, and their values are written in place
 * before each call.
 */
import { createRandom } from "@farthing/command-line";
import { createHash } from "node:crypto";
import { cString } from "./libpq.ts";
import { createDraw, KEY_LENGTH, type Spread, writeKey } from "./keys-and-accounts.ts";

/**
 * The number of users in the benchmark's database. The tables of floors.sql have as many accounts.
 */
const ACCOUNTS = 10_000;

/** Describes how the value of a parameter is made. */
export type Parameter =
  | { kind: "text"; value: string }
  /** The account of the call: its number (from 1), or the id of its user. */
  | { kind: "account"; as: "number" | "user" }
  /** The number of another account, drawn at random: the other side of a transfer. */
  | { kind: "other-account" }
  /**
   * An idempotency key. Without `known`, the key is new. With `known`, it is one of the first
   * `count` keys of that seed.
   */
  | { kind: "key"; known?: { seed: number; count: number } }
  /** A batch of usage events for the account of the call, with new ids. */
  | { kind: "events"; count: number; model: string };

/** How a client draws accounts and keys: with which distribution, and with which seed. */
export interface Draws {
  spread: Spread;
  seed: number;
  /** The number of accounts to draw from; all by default. */
  accounts?: number;
}

/** Returns the id of user number `index` (from 0). bench/database/seed.sql computes the same id. */
export function userId(index: number): string {
  const hex = createHash("md5").update(`farthing-bench-${index + 1}`).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let allUserIds: string[] | undefined;
const userIds = () => allUserIds ??= Array.from({ length: ACCOUNTS }, (_, index) => userId(index));

interface Cell {
  /**
   * Returns the address of the parameter's text. `call` is the number of the call, and `account`
   * the number of its account.
   */
  point(call: number, account: number): bigint;
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/**
 * Stores texts at equal distances in one buffer, so that the address of each text can be computed.
 */
function tableCell(texts: string[], choose: (account: number) => number): Cell {
  const rows = texts.map(cString);
  const width = Math.max(...rows.map((row) => row.length));
  const bytes = new Uint8Array(width * rows.length);
  rows.forEach((row, index) => bytes.set(row, index * width));
  const base = addressOf(bytes);
  referenced.push(bytes);
  return { point: (_, account) => base + BigInt(width * choose(account)) };
}

/**
 * The texts of the client's current job. Without this list they would be garbage-collected, because
 * only C has pointers to them.
 */
const referenced: Uint8Array[] = [];

function keyCell(draws: Draws, known: { seed: number; count: number } | undefined): Cell {
  const bytes = new Uint8Array(KEY_LENGTH + 1);
  const base = addressOf(bytes);
  const random = createRandom(draws.seed + 1);
  referenced.push(bytes);
  return {
    point(call) {
      const seed = known?.seed ?? draws.seed;
      writeKey(bytes, 0, seed, known ? Math.floor(random() * known.count) : call);
      return base;
    },
  };
}

/**
 * Returns a usage event of 1,000 input and 500 output tokens as JSON, with placeholders for the
 * event's id and the user.
 */
function eventText(model: string): string {
  const [user_id, event_id] = ["u".repeat(36), "e".repeat(KEY_LENGTH)];
  return JSON.stringify({ user_id, event_id, model, input_tokens: 1000, output_tokens: 500 });
}

function eventsCell(draws: Draws, { count, model }: { count: number; model: string }): Cell {
  const text = `[${Array(count).fill(eventText(model)).join()}]`;
  const bytes = cString(text);
  const ids = [...text.matchAll(/e{64}/g)].map((match) => match.index);
  const users = [...text.matchAll(/u{36}/g)].map((match) => match.index);
  const base = addressOf(bytes);
  referenced.push(bytes);
  return {
    point(call, account) {
      const user = new TextEncoder().encode(userId(account));
      users.forEach((at) => bytes.set(user, at));
      ids.forEach((at, index) => writeKey(bytes, at, draws.seed, call * count + index));
      return base;
    },
  };
}

function createCell(parameter: Parameter, draws: Draws): Cell {
  const numbers = () => Array.from({ length: ACCOUNTS }, (_, index) => String(index + 1));
  if (parameter.kind === "text") return tableCell([parameter.value], () => 0);
  if (parameter.kind === "key") return keyCell(draws, parameter.known);
  if (parameter.kind === "events") return eventsCell(draws, parameter);
  if (parameter.kind === "other-account") {
    const random = createRandom(draws.seed + 2);
    return tableCell(
      numbers(),
      (account) => (account + 1 + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS,
    );
  }
  return tableCell(parameter.as === "number" ? numbers() : userIds(), (account) => account);
}

/** Returns the pointers that libpq needs, and the function that sets them for the next call. */
export function createParameters(parameters: Parameter[], draws: Draws) {
  referenced.length = 0;
  const values = new BigUint64Array(parameters.length);
  const cells = parameters.map((parameter) => createCell(parameter, draws));
  const draw = createDraw(draws.spread, draws.accounts ?? ACCOUNTS, createRandom(draws.seed));
  let call = 0;
  function next(): void {
    const account = draw();
    for (let at = 0; at < cells.length; at++) values[at] = cells[at]!.point(call, account);
    call++;
  }
  return { values, next };
}
