/**
 * An inbox that stores every message instead of sending it. It takes Postmark's `POST /email` and
 * Resend's `POST /emails`, shows the messages on `/`, and lists them as JSON on `/messages`.
 */
import { Hono } from "hono";
import { z } from "zod";
import { type Message, messagePage, messagesPage } from "./inbox-pages.ts";

type Content = Omit<Message, "id" | "receivedAt">;

export interface InboxOptions {
  /**
   * The file in which messages are stored, one JSON line each, so that the inbox survives a
   * restart.
   */
  file?: string;
  now?: () => Date;
}

/**
 * The maximum number of stored messages. It is more than all tests send together, so no message is
 * dropped before its test reads it.
 */
const MAX_MESSAGES = 10_000;
/** How many of the newest messages the inbox's page shows. */
const SHOWN = 500;

const Postmark = z.object({
  From: z.string().min(1),
  To: z.string().min(1),
  Subject: z.string().default(""),
  TextBody: z.string().nullish(),
  HtmlBody: z.string().nullish(),
  Tag: z.string().nullish(),
});

const Resend = z.object({
  from: z.string().min(1),
  to: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  subject: z.string().default(""),
  text: z.string().nullish(),
  html: z.string().nullish(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

function fromPostmark(body: z.infer<typeof Postmark>): Content {
  return {
    from: body.From,
    to: body.To.split(",").map((address) => address.trim()),
    subject: body.Subject,
    text: body.TextBody ?? "",
    html: body.HtmlBody ?? "",
    tag: body.Tag ?? "",
  };
}

function fromResend(body: z.infer<typeof Resend>): Content {
  return {
    from: body.from,
    to: [body.to].flat(),
    subject: body.subject,
    text: body.text ?? "",
    html: body.html ?? "",
    tag: body.tags?.[0]?.value ?? "",
  };
}

async function readMessages(file: string | undefined): Promise<Message[]> {
  if (file === undefined) return [];
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line)).slice(-MAX_MESSAGES);
}

export async function createInbox({ file, now = () => new Date() }: InboxOptions): Promise<Hono> {
  const messages = await readMessages(file);
  const app = new Hono();
  /** Maps Resend's idempotency keys to the ids of the messages that were sent with them. */
  const known = new Map<string, string>();

  async function keep(content: Content): Promise<Message> {
    const message = { id: crypto.randomUUID(), receivedAt: now().toISOString(), ...content };
    messages.push(message);
    messages.splice(0, messages.length - MAX_MESSAGES);
    if (file) await Deno.writeTextFile(file, `${JSON.stringify(message)}\n`, { append: true });
    return message;
  }
  /**
   * Stores only the first message with an idempotency key. For a further message with the same key,
   * returns the id of the first one.
   */
  async function keepOnce(key: string | undefined, sent: z.infer<typeof Resend>): Promise<string> {
    const before = key === undefined ? undefined : known.get(key);
    if (before !== undefined) return before;
    const { id } = await keep(fromResend(sent));
    if (key !== undefined) known.set(key, id);
    return id;
  }
  const body = (request: Request): Promise<unknown> => request.json().catch(() => null);

  app.post("/email", async (c) => {
    const parsed = Postmark.safeParse(await body(c.req.raw));
    if (!parsed.success) return c.json({ ErrorCode: 300, Message: "Invalid email request" }, 422);
    const { id, receivedAt } = await keep(fromPostmark(parsed.data));
    const to = parsed.data.To;
    return c.json({ To: to, SubmittedAt: receivedAt, MessageID: id, ErrorCode: 0, Message: "OK" });
  });
  app.post("/emails", async (c) => {
    const parsed = Resend.safeParse(await body(c.req.raw));
    if (parsed.success) {
      return c.json({ id: await keepOnce(c.req.header("idempotency-key"), parsed.data) });
    }
    const message = "Invalid email request";
    return c.json({ statusCode: 422, name: "validation_error", message }, 422);
  });

  app.get("/messages", (c) => {
    const to = c.req.query("to");
    const wanted = messages.filter((message) => to === undefined || message.to.includes(to));
    return c.json({ messages: wanted.toReversed() });
  });
  app.delete("/messages", async (c) => {
    messages.length = 0;
    if (file) await Deno.writeTextFile(file, "");
    return c.body(null, 204);
  });
  app.get("/", (c) => c.html(messagesPage(messages.slice(-SHOWN).toReversed())));
  app.get("/messages/:id", (c) => {
    const message = messages.find(({ id }) => id === c.req.param("id"));
    return message ? c.html(messagePage(message)) : c.notFound();
  });
  return app;
}
