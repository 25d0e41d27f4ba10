import assert from "node:assert/strict";
import { EnvError } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { BreakerOpen } from "../../resilience/resilience-policy.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { createMail } from "./create-mail.ts";
import { type Mail, type MailMessage, MailNotSent, MailRefused } from "./mail.ts";

const MESSAGE: MailMessage = {
  to: ["ann@example.com", "bob@example.com"],
  subject: "Receipt",
  text: "text",
  html: "<p>html",
  tag: "receipt",
  key: "notification-1",
};

const FROM = { MAIL_FROM: "Shop <shop@example.com>" };
const POSTMARK = { ...FROM, POSTMARK_SERVER_TOKEN: "pm-token" };
const RESEND = { ...FROM, RESEND_API_KEY: "re_key" };

interface Sent {
  url: string;
  headers: Headers;
  body: unknown;
  redirect: unknown;
}

type Answer = () => Promise<Response>;

const json = (status: number, body: unknown, headers: HeadersInit = {}): Answer => () =>
  Promise.resolve(Response.json(body, { status, headers }));

function mailWith(env: Parameters<typeof createMail>[0], answer: Answer) {
  const sent: Sent[] = [];
  const fetch = (url: string | URL | Request, init?: RequestInit) => {
    sent.push({
      url: String(url),
      headers: new Headers(init?.headers),
      body: JSON.parse(String(init?.body)),
      redirect: init?.redirect,
    });
    return answer();
  };
  return { mail: createMail(env, { metrics: NO_METRICS, fetch }), sent };
}

function failureOf(mail: Mail): Promise<unknown> {
  return mail.send(MESSAGE).then((id) => assert.fail(`sent as ${id}`), (error) => error);
}

Deno.test("Postmark receives the message in its form, and its id is the answer", async () => {
  const { mail, sent } = mailWith(POSTMARK, json(200, { ErrorCode: 0, MessageID: "pm-1" }));
  assert.equal(await mail.send(MESSAGE), "pm-1");
  assert.deepEqual([mail.service, mail.knowsRepeats], ["postmark", false]);
  const [{ url, headers, body }] = sent as [Sent];
  assert.equal(url, "https://api.postmarkapp.com/email");
  assert.equal(headers.get("x-postmark-server-token"), "pm-token");
  assert.deepEqual(body, {
    From: "Shop <shop@example.com>",
    To: "ann@example.com,bob@example.com",
    Subject: "Receipt",
    TextBody: "text",
    HtmlBody: "<p>html",
    Tag: "receipt",
    MessageStream: "outbound",
  });
});

Deno.test("Resend receives the message in its form, with the key by which it knows a repeat", async () => {
  const { mail, sent } = mailWith(
    { ...RESEND, MAIL_URL: "http://127.0.0.1:9/" },
    json(200, { id: "re-1" }),
  );
  assert.equal(await mail.send(MESSAGE), "re-1");
  assert.deepEqual([mail.service, mail.knowsRepeats], ["resend", true]);
  const [{ url, headers, body }] = sent as [Sent];
  assert.equal(url, "http://127.0.0.1:9/emails");
  assert.equal(headers.get("authorization"), "Bearer re_key");
  assert.equal(headers.get("idempotency-key"), "notification-1");
  assert.deepEqual(body, {
    from: "Shop <shop@example.com>",
    to: MESSAGE.to,
    subject: "Receipt",
    text: "text",
    html: "<p>html",
    tags: [{ name: "template", value: "receipt" }],
  });
});

Deno.test("the key and the message go to the configured address, and follow no redirect", async () => {
  const elsewhere = json(307, {}, { location: "https://elsewhere.example" });
  for (const env of [POSTMARK, RESEND]) {
    const { mail, sent } = mailWith(env, elsewhere);
    await failureOf(mail);
    assert.deepEqual(sent.map(({ redirect }) => redirect), ["manual"]);
  }
});

Deno.test("refused emails, and a refused account, do not open the circuit", async () => {
  for (const answer of [json(422, { ErrorCode: 406 }), json(401, { ErrorCode: 10 })]) {
    const { mail, sent } = mailWith(POSTMARK, answer);
    for (let nth = 0; nth < 2 * EXTERNAL_SERVICES.mail.breakAfter; nth++) await failureOf(mail);
    assert.equal(sent.length, 2 * EXTERNAL_SERVICES.mail.breakAfter);
  }
});

Deno.test("an unavailable service is not asked again, and an unsent message is not in doubt", async () => {
  const { mail, sent } = mailWith(POSTMARK, json(502, {}));
  for (let nth = 0; nth < EXTERNAL_SERVICES.mail.breakAfter; nth++) await failureOf(mail);
  assert(await failureOf(mail) instanceof BreakerOpen);
  assert.equal(sent.length, EXTERNAL_SERVICES.mail.breakAfter);
});

const SAYS = "ann@example.com is not good";

Deno.test("a message that is refused for good throws MailRefused, without its address", async () => {
  const answers: [Parameters<typeof createMail>[0], Answer][] = [
    ...[300, 402, 403, 406].map((ErrorCode): [typeof POSTMARK, Answer] => [
      POSTMARK,
      json(422, { ErrorCode, Message: SAYS }),
    ]),
    [RESEND, json(422, { name: "validation_error", message: SAYS })],
    [RESEND, json(400, { name: SAYS, message: SAYS })],
  ];
  for (const [env, answer] of answers) {
    const error = await failureOf(mailWith(env, answer).mail);
    assert(error instanceof MailRefused);
    assert(!error.message.includes("ann"), error.message);
  }
});

Deno.test("a message that was certainly not sent throws MailNotSent, with the time to wait", async () => {
  const after = { "retry-after": "17" };
  const down = () =>
    Promise.reject(
      new TypeError("fetch failed", {
        cause: new Error("client error (Connect): tcp connect error: Connection refused"),
      }),
    );
  const answers: [Parameters<typeof createMail>[0], Answer, boolean, number | undefined][] = [
    [POSTMARK, down, true, undefined],
    [POSTMARK, json(429, {}, after), false, 17],
    [POSTMARK, json(401, { ErrorCode: 10 }), false, undefined],
    [POSTMARK, json(422, { ErrorCode: 405 }), false, undefined],
    [POSTMARK, json(503, { ErrorCode: 100, Message: "Maintenance" }, after), true, 17],
    [RESEND, down, true, undefined],
    [RESEND, json(403, { name: "invalid_api_key" }), false, undefined],
    [RESEND, json(409, { name: "concurrent_idempotent_requests" }), false, undefined],
    [RESEND, json(429, { name: "rate_limit_exceeded" }, { "retry-after": "x" }), false, undefined],
    [RESEND, json(500, {}, { "retry-after": "9999999" }), true, 3600],
  ];
  for (const [env, answer, isOutage, seconds] of answers) {
    const error = await failureOf(mailWith(env, answer).mail);
    assert(error instanceof MailNotSent, String(error));
    assert.deepEqual([error.isOutage, error.retryAfterSeconds], [isOutage, seconds]);
  }
});

Deno.test("after a lost or invalid answer the message counts as possibly sent", async () => {
  const lost = () => Promise.reject(new TypeError("connection closed before message completed"));
  const answers: [Parameters<typeof createMail>[0], Answer][] = [
    [POSTMARK, lost],
    [POSTMARK, () => Promise.resolve(new Response("<html>Sign in to the hotel"))],
    [POSTMARK, json(200, { ErrorCode: 0 })],
    [POSTMARK, json(200, [])],
    // Postmark says that most messages with status 500 are lost, so some may have been sent.
    [POSTMARK, json(500, { ErrorCode: 100 })],
    [POSTMARK, json(503, {})],
    [POSTMARK, json(502, {})],
    [POSTMARK, json(504, {})],
    [POSTMARK, json(302, {}, { location: "https://elsewhere.example" })],
    [RESEND, lost],
    [RESEND, json(200, { id: 7 })],
  ];
  for (const [env, answer] of answers) {
    const error = await failureOf(mailWith(env, answer).mail);
    assert(error instanceof ApiError && !(error instanceof MailNotSent), String(error));
    assert.equal(error.code, "upstream_unavailable");
  }
});

Deno.test("a refused connection is recognized by Deno's own words for it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const MAIL_URL = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const error = await failureOf(createMail({ ...POSTMARK, MAIL_URL }, { metrics: NO_METRICS }));
  assert(error instanceof MailNotSent, String(error));
});

Deno.test("two services, or none, or no sender are reported as the environment's mistake, by name", () => {
  const create = (env: Parameters<typeof createMail>[0]) => () =>
    createMail(env, { metrics: NO_METRICS });
  const names = (...wanted: string[]) => (error: unknown) => {
    assert(error instanceof EnvError);
    assert.deepEqual(error.names, wanted);
    return true;
  };
  assert.throws(
    create({ ...POSTMARK, ...RESEND }),
    names("POSTMARK_SERVER_TOKEN", "RESEND_API_KEY"),
  );
  assert.throws(create(FROM), (error) => error instanceof ApiError && error.code === "not_ready");
  for (
    const MAIL_FROM of [undefined, "shop", "a@b.test, c@d.test", "Shop <shop>", "x\r\nBcc: <a@b.c>"]
  ) {
    assert.throws(create({ ...POSTMARK, MAIL_FROM }), names("MAIL_FROM"));
  }
});
