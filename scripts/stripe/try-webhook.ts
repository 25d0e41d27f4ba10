/** Sends requests that are not events of Stripe to the webhook function, and reads the answers. */
import Stripe from "stripe";

export interface Answered {
  readonly state: "ok" | "wrong";
  readonly text: string;
}

const TIMEOUT_MS = 15_000;

interface Reply {
  readonly status: number;
  readonly code: string | undefined;
  readonly location: string | null;
}

/** Posts an empty object. It is not an event, even if its signature is valid. */
async function post(url: string, headers: Record<string, string>): Promise<Reply | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const init = { method: "POST", body: "{}", redirect: "manual" as const, signal };
    const answer = await fetch(url, { ...init, headers });
    const body: unknown = await answer.json().catch(() => null);
    const { error } = (body ?? {}) as { error?: { code?: string } };
    return { status: answer.status, code: error?.code, location: answer.headers.get("location") };
  } catch {
    return null;
  }
}

/**
 * The probable cause of each status. 400 is not listed, because it is the function's own answer to
 * a wrong signature.
 */
const CAUSES: Readonly<Record<number, string>> = {
  401: "the gateway asks for a token: set verify_jwt = false in config.toml and deploy again",
  403: "a firewall or the gateway refuses the request before the function",
  404: "the function is missing: deploy it, or correct the project's address",
  500: "the function fails: its log names the cause, often a missing secret (secrets:check)",
  503: "the function is not ready: a secret is missing or malformed (secrets:check)",
};

function faultOf({ status, location }: Reply): Answered {
  if (status >= 300 && status < 400) {
    return { state: "wrong", text: `redirects to ${location}, and Stripe follows no redirect` };
  }
  return {
    state: "wrong",
    text: `answers ${status}: ${CAUSES[status] ?? "this is not the function"}`,
  };
}

/** Checks that the function answers, and that it requires a signature. */
export async function tryAddress(url: string): Promise<Answered> {
  const reply = await post(url, {});
  if (reply === null) return { state: "wrong", text: "can't be reached from here" };
  if (reply.status !== 400 || reply.code !== "signature_invalid") return faultOf(reply);
  return { state: "ok", text: "answers, and refuses unsigned requests" };
}

/**
 * Checks that the function knows a signing secret. The function reads a body only if the signature
 * is valid, so an error about the body shows that the function knows the secret.
 */
export async function trySecret(url: string, secret: string): Promise<Answered> {
  const header = await new Stripe("sk_test_none").webhooks.generateTestHeaderStringAsync({
    payload: "{}",
    secret,
    timestamp: Math.floor(Date.now() / 1000),
  });
  const reply = await post(url, { "stripe-signature": header });
  if (reply === null) return { state: "wrong", text: "can't be reached from here" };
  if (reply.code === "invalid_request") return { state: "ok", text: "the function accepts it" };
  if (reply.code !== "signature_invalid") return faultOf(reply);
  return {
    state: "wrong",
    text: "the function refuses it: set the secrets; the function reads them at its next start",
  };
}
