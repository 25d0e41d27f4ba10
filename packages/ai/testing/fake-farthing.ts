/** A fake of the routes that this package calls. Each token costs one credit. */
import { createFarthingServer } from "@farthing/client/server";
import { AMOUNT } from "../core/price.ts";
import { MAX_TOKENS } from "../core/tokens.ts";

interface Hold {
  readonly amount: number;
  status: "open" | "settled" | "released";
  readonly expires_at: string;
  resolved_at: string | null;
}

type Body = Record<string, unknown>;

class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly details: object = {}) {
    super(code);
  }
}

const HOUR_MS = 3_600_000;
const LEAST_OVERDRAFT = 1_000;

function sumOfTokens(usage: Body): number {
  const counts = Object.entries(usage).filter(([name]) => name.endsWith("_tokens"));
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const USAGE_FIELDS = [
  ...["model", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens"],
  ...["reasoning_tokens", "metadata", "event_id"],
];

/** Whether the service's contract allows this usage. */
function isUsage({ metadata, ...usage }: Body): boolean {
  const counts = Object.entries(usage).filter(([name]) => name.endsWith("_tokens"));
  return Object.keys(usage).every((name) => USAGE_FIELDS.includes(name)) &&
    counts.every(([, count]) => Number.isInteger(count) && Number(count) <= MAX_TOKENS) &&
    sumOfTokens(usage) > 0 && Object.keys((metadata ?? {}) as object).length <= 50;
}

/** Refuses the amounts and the usage that the service's contract refuses. */
function refuseBadCharge({ amount, usage }: Body): void {
  const isValid = usage === undefined ? AMOUNT.test(String(amount)) : isUsage(usage as Body);
  if (!isValid) throw new Refusal(400, "invalid_request");
}

export class FakeFarthing {
  /** The requests that arrived, such as `POST /credits/holds`, and their bodies. */
  readonly seen: { readonly route: string; readonly body: Body }[] = [];
  /** Every charge that was made, in credits. */
  readonly charges: number[] = [];
  readonly holds = new Map<string, Hold>();
  readonly #once = new Set<string>();
  /**
   * A request whose path ends with a text in `down` has no effect and gets no response. A request
   * whose path ends with a text in `lost` has its effect, but its response is lost.
   */
  down: string[] = [];
  lost: string[] = [];
  /**
   * The statuses with which a proxy answers the next settlements. These settlements have no effect.
   */
  proxied: number[] = [];
  now = Date.parse("2026-11-24T00:00:00Z");
  balance: number;

  constructor(balance = 1_000) {
    this.balance = balance;
  }

  readonly client = () =>
    createFarthingServer({
      url: "https://project.test",
      secretKey: "sb_secret_test",
      fetch: (input, init) => this.#answer(new Request(input, init)),
    });

  /** The number of holds that are open and have not expired. */
  get open(): number {
    return [...this.holds.values()].filter((hold) => this.#isOpen(hold)).length;
  }

  #isOpen({ status, expires_at }: Hold): boolean {
    return status === "open" && Date.parse(expires_at) > this.now;
  }

  get #available(): number {
    const held = [...this.holds.values()].filter((hold) => this.#isOpen(hold));
    return this.balance - held.reduce((sum, { amount }) => sum + amount, 0);
  }

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.replace("/functions/v1", "");
    const text = await request.text();
    const body = text === "" ? {} : JSON.parse(text);
    if (this.down.some((end) => path.endsWith(end))) throw new TypeError("fetch failed");
    if (path.endsWith("/settle") && this.proxied.length > 0) {
      return new Response("<html>", { status: this.proxied.shift()! });
    }
    this.seen.push({ route: `${request.method} ${path.replace(/[0-9a-f-]{36}/, "ID")}`, body });
    const metadata = { requestId: "r", traceId: "t", timestamp: "2026-11-24T00:00:00Z" };
    try {
      const data = this.#route(path.split("/").slice(1), body);
      if (this.lost.some((end) => path.endsWith(end))) throw new TypeError("connection reset");
      return Response.json({ success: true, data, metadata });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, status, details } = error;
      const facts = { type: "payment", code, message: code, retryable: false, details };
      return Response.json({ error: facts, metadata }, { status });
    }
  }

  #route([area, name, id = "", act]: string[], body: Body): object {
    if (area === "usage") {
      return name === "estimate" ? { credits: `${sumOfTokens(body)}` } : this.#usage(body);
    }
    if (name === "debits") {
      refuseBadCharge(body);
      return this.#charge(Number(body.amount), String(body.reference_id));
    }
    if (id === "") return this.#open(body);
    const hold = this.holds.get(id);
    if (!hold) throw new Refusal(404, "not_found");
    if (act === undefined) return { hold_id: id, ...hold };
    return act === "settle" ? this.#settle(id, hold, body) : this.#release(id, hold);
  }

  #open({ amount, estimate, ttl_seconds }: Body): object {
    const { model } = (estimate ?? {}) as Body;
    if (model === "unknown") throw new Refusal(422, "unknown_model");
    const credits = estimate === undefined ? Number(amount) : sumOfTokens(estimate as Body);
    if (credits > this.#available) {
      const details = { required: `${credits}`, available: `${this.#available}` };
      throw new Refusal(402, "insufficient_credits", details);
    }
    const hold_id = crypto.randomUUID();
    const expires_at = new Date(this.now + Number(ttl_seconds) * 1000).toISOString();
    this.holds.set(hold_id, { amount: credits, status: "open", expires_at, resolved_at: null });
    return { hold_id, amount: `${credits}`, expires_at };
  }

  #settle(hold_id: string, hold: Hold, { amount, usage }: Body): object {
    const isLate = hold.status === "open" && this.now < Date.parse(hold.expires_at) + HOUR_MS;
    if (!this.#isOpen(hold) && !isLate) {
      const status = hold.status === "open" ? "released" : hold.status;
      throw new Refusal(409, "hold_not_open", { status });
    }
    refuseBadCharge({ amount, usage });
    const credits = amount === undefined ? sumOfTokens(usage as Body) : Number(amount);
    const limit = Math.max(2 * hold.amount, LEAST_OVERDRAFT);
    if (credits > this.balance + limit) {
      // The credits that this hold has reserved are available for its own settlement.
      const available = `${this.#available + (this.#isOpen(hold) ? hold.amount : 0)}`;
      throw new Refusal(422, "overdraft_exceeded", { available });
    }
    Object.assign(hold, { status: "settled", resolved_at: new Date(this.now).toISOString() });
    this.charges.push(credits);
    this.balance -= credits;
    return { hold_id, settled: `${credits}`, balance_after: `${this.balance}` };
  }

  #release(hold_id: string, hold: Hold): object {
    if (!this.#isOpen(hold)) throw new Refusal(409, "hold_not_open", { status: hold.status });
    Object.assign(hold, { status: "released", resolved_at: new Date(this.now).toISOString() });
    return { hold_id, status: "released" };
  }

  #usage({ user_id: _, ...usage }: Body): object {
    refuseBadCharge({ usage });
    return this.#charge(sumOfTokens(usage), String(usage.event_id));
  }

  #charge(credits: number, id: string): object {
    if (this.#once.has(id)) throw new Refusal(409, "usage_conflict");
    if (credits > this.#available) throw new Refusal(402, "insufficient_credits");
    this.#once.add(id);
    this.charges.push(credits);
    this.balance -= credits;
    return { credits: `${credits}`, balance_after: `${this.balance}` };
  }
}
