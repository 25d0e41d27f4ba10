/**
 * Tests that a customer is created only if Auth does not know the customer yet, and that no error
 * message shows an email address.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import { customerOf } from "./customer.ts";

const EMAIL = "ceo@shop.example";
const USER = { id: "0198c0de-0000-7000-8000-00000000000b", email: EMAIL };
const SESSION = {
  access_token: "a.b.c",
  token_type: "bearer",
  expires_in: 3600,
  refresh_token: "r",
};

const refuse = (status: number, code: string) => () =>
  Response.json({ code: status, error_code: code, msg: `Auth says ${code}` }, { status });
const signedIn = () => Response.json({ ...SESSION, user: USER });
const UNKNOWN = refuse(400, "invalid_credentials");

/**
 * Calls `use` with a project whose Auth gives these answers to sign-ins, one after the other. When
 * only the last answer is left, every further sign-in gets it.
 */
async function withAuth(
  signIns: readonly (() => Response)[],
  create: () => Response,
  use: (context: Context, calls: string[]) => Promise<void>,
): Promise<void> {
  const calls: string[] = [];
  const left = [...signIns];
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  await using server = Deno.serve(options, (request) => {
    const path = new URL(request.url).pathname.replace("/auth/v1/", "");
    calls.push(path);
    if (path === "admin/users") return create();
    return (left.length > 1 ? left.shift()! : left[0]!)();
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const project = { url, publishableKey: "sb_publishable_x", secretKey: "sb_secret_x" };
  await use({ project, run: "run-1" } as unknown as Context, calls);
}

const made = () => Response.json(USER);

Deno.test("a customer that Auth does not know is made, and signs in", () =>
  withAuth([UNKNOWN, signedIn], made, async (context, calls) => {
    equal((await customerOf(context, "buyer", EMAIL)).id, USER.id);
    deepEqual(calls, ["token", "admin/users", "token"]);
  }));

Deno.test("another refusal of the sign-in is shown, and makes nobody", async () => {
  for (const code of ["over_request_rate_limit", "captcha_failed", "bad_jwt"]) {
    await withAuth([refuse(429, code)], made, async (context, calls) => {
      await rejects(
        () => customerOf(context, "buyer", EMAIL),
        new RegExp(`can't sign in to Auth: 429 ${code} Auth says ${code}$`),
      );
      deepEqual(calls, ["token"]);
    });
  }
});

Deno.test("a user of the app is explained without their address", () =>
  withAuth([UNKNOWN], refuse(422, "email_exists"), async (context) => {
    await rejects(() => customerOf(context, "buyer", EMAIL), (error: Error) => {
      equal(error.message.includes("shop.example"), false);
      return /^A user has the address in --email, /.test(error.message);
    });
    await rejects(() => customerOf(context, "buyer"), /SUPABASE_SECRET_KEY has changed .*--again/);
  }));

Deno.test("a customer that Auth does not make is explained by its words", () =>
  withAuth([UNKNOWN], refuse(401, "bad_jwt"), async (context) => {
    await rejects(() => customerOf(context, "buyer", EMAIL), /to make .*: 401 bad_jwt Auth says/);
  }));
