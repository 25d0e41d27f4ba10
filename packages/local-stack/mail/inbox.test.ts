import assert from "node:assert/strict";
import { createInbox } from "./inbox.ts";

const post = (body: unknown) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

const hello = { From: "a@farthing.test", To: "b@farthing.test", Subject: "Hello", TextBody: "Hi" };

Deno.test("inbox accepts Postmark's and Resend's messages and lists the newest first", async () => {
  const inbox = await createInbox({});
  const sent = await (await inbox.request("/email", post(hello))).json();
  assert.equal(sent.ErrorCode, 0);
  const resend = { from: "a@farthing.test", to: ["c@farthing.test"], subject: "Two", html: "<p>2" };
  assert.equal((await inbox.request("/emails", post(resend))).status, 200);
  const { messages } = await (await inbox.request("/messages")).json();
  assert.deepEqual(messages.map((message: { subject: string }) => message.subject), [
    "Two",
    "Hello",
  ]);
  const mine = await (await inbox.request("/messages?to=b@farthing.test")).json();
  assert.equal(mine.messages.length, 1);
  assert.equal(mine.messages[0].id, sent.MessageID);
});

Deno.test("inbox recognizes a repeat only by Resend's idempotency key", async () => {
  const inbox = await createInbox({});
  const resend = { from: "a@farthing.test", to: "c@farthing.test", subject: "Once", text: "1" };
  const send = async (key: string) => {
    const init = post(resend);
    const headers = { ...init.headers, "Idempotency-Key": key };
    return (await (await inbox.request("/emails", { ...init, headers })).json()).id;
  };
  assert.equal(await send("one"), await send("one"));
  assert.notEqual(await send("one"), await send("two"));
  await inbox.request("/emails", post(resend));
  await inbox.request("/email", post(hello));
  assert.equal((await (await inbox.request("/messages")).json()).messages.length, 4);
});

Deno.test("inbox refuses an invalid message in the provider's error shape", async () => {
  const inbox = await createInbox({});
  assert.equal((await inbox.request("/email", post({ From: "a" }))).status, 422);
  assert.equal((await inbox.request("/emails", { method: "POST", body: "{" })).status, 422);
});

Deno.test("inbox pages escape the messages' content", async () => {
  const inbox = await createInbox({});
  const evil = `<script>alert("x")</script>`;
  const sent = await inbox.request("/email", post({ ...hello, Subject: evil, HtmlBody: evil }));
  const { MessageID } = await sent.json();
  for (const path of ["/", `/messages/${MessageID}`]) {
    const page = await (await inbox.request(path)).text();
    assert.ok(!page.includes("<script"), path);
    assert.ok(page.includes("&lt;script&gt;"), path);
  }
  assert.equal((await inbox.request("/messages/none")).status, 404);
});

Deno.test("inbox makes links only of the addresses in a plain text", async () => {
  const inbox = await createInbox({});
  assert.match(
    await (await inbox.request("/")).text(),
    /All emails of Auth and of the functions arrive here/,
  );
  const TextBody = `Sign in (http://127.0.0.1:1/verify?a=1&b=2). javascript:alert(1) ` +
    `http://x/"onclick="y <b>`;
  const sent = await inbox.request("/email", post({ ...hello, TextBody }));
  const { MessageID } = await sent.json();
  const page = await (await inbox.request(`/messages/${MessageID}`)).text();
  const address = "http://127.0.0.1:1/verify?a=1&amp;b=2";
  assert.ok(
    page.includes(
      `(<a href="${address}" rel="noreferrer" target="_blank">${address}</a>). javascript:alert(1) ` +
        `<a href="http://x/" rel="noreferrer" target="_blank">http://x/</a>&quot;onclick=&quot;y &lt;b&gt;`,
    ),
    page,
  );
});

Deno.test("the inbox's messages survive a restart until they are deleted", async () => {
  const file = await Deno.makeTempFile();
  try {
    await (await createInbox({ file })).request("/email", post(hello));
    const again = await createInbox({ file });
    assert.equal((await (await again.request("/messages")).json()).messages.length, 1);
    assert.equal((await again.request("/messages", { method: "DELETE" })).status, 204);
    const empty = await createInbox({ file });
    assert.deepEqual((await (await empty.request("/messages")).json()).messages, []);
  } finally {
    await Deno.remove(file);
  }
});
