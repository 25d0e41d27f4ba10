/**
 * Upstash's REST API in front of the stack's own Redis. `POST /` takes one command, `/pipeline`
 * takes several, and `/multi-exec` takes several as one transaction.
 */
import { ErrorReply } from "@redis/client";
import { Hono } from "hono";
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Command, Redis, Reply } from "./connection.ts";
import { createScripts, type Scripts } from "./upstash-scripts.ts";
import { refusal } from "./refused-commands.ts";
import { answerOf, type CommandAnswer, Several, Single } from "./upstash-format.ts";

type Runner = (commands: readonly Command[]) => Promise<Reply[]>;

export const WRONG_TOKEN = "WRONGPASS invalid or missing auth token";

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Runs commands one by one. Returns an error for each command that the REST API does not accept.
 */
function eachByItself(redis: Redis, scripts: Scripts): Runner {
  const isLoad = ([name = "", sub = ""]: Command) => /^script load$/i.test(`${name} ${sub}`);
  return async (commands) => {
    const refusals = commands.map(refusal);
    const asked = commands.filter((_, at) => refusals[at] === undefined).map(scripts.toRedis);
    const replies = await redis.run(asked);
    return commands.map((command, at) => {
      const refused = refusals[at];
      if (refused !== undefined) return new ErrorReply(refused);
      const reply = replies.shift() ?? null;
      const isSha = isLoad(command) && Buffer.isBuffer(reply);
      return isSha ? Buffer.from(scripts.toClient(reply.toString())) : reply;
    });
  };
}

/**
 * Runs commands as one transaction. If Redis cannot queue one of the commands, it runs none of
 * them.
 */
function allAtOnce(redis: Redis, scripts: Scripts): Runner {
  return async (commands) => {
    const refused = commands.map(refusal).find((reason) => reason !== undefined);
    if (refused !== undefined) throw new ErrorReply(refused);
    const replies = await redis.run([["MULTI"], ...commands.map(scripts.toRedis), ["EXEC"]]);
    const last = replies.at(-1);
    if (Array.isArray(last)) return last;
    throw replies.find((reply) => reply instanceof ErrorReply) ??
      new Error("Redis ran no command of the transaction");
  };
}

async function parsed<T>(schema: z.ZodType<T>, request: Request): Promise<T | undefined> {
  const body: unknown = await request.json().catch(() => undefined);
  const { success, data } = schema.safeParse(body);
  return success ? data : undefined;
}

const NOT_COMMANDS = { error: "ERR failed to parse pipeline request" };
const NOT_A_COMMAND = { error: "ERR failed to parse command" };

export function createRestApi(redis: Redis, token: string): Hono {
  const api = new Hono();
  const scripts = createScripts();
  const run = eachByItself(redis, scripts);
  const runAtOnce = allAtOnce(redis, scripts);
  const wantsBase64 = (request: Request) => request.headers.get("upstash-encoding") === "base64";

  api.onError((error, c) => {
    const isRedis = error instanceof ErrorReply;
    return c.json({ error: isRedis ? error.message : `ERR ${error.message}` }, isRedis ? 400 : 500);
  });
  api.use(async (c, next) => {
    const [, given = ""] = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "") ?? [];
    if (!isSame(given, token)) return c.json({ error: WRONG_TOKEN }, 401);
    await next();
  });
  api.post("/", async (c) => {
    const command = await parsed(Single, c.req.raw);
    if (!command) return c.json(NOT_A_COMMAND, 400);
    const [reply = null] = await run([command]);
    const answered = answerOf(reply, wantsBase64(c.req.raw));
    return c.json(answered, "error" in answered ? 400 : 200);
  });
  const several =
    (runner: Runner) => async (request: Request): Promise<CommandAnswer[] | undefined> => {
      const commands = await parsed(Several, request);
      if (!commands) return undefined;
      return (await runner(commands)).map((reply) => answerOf(reply, wantsBase64(request)));
    };
  for (
    const [path, answer] of [["/pipeline", several(run)], [
      "/multi-exec",
      several(runAtOnce),
    ]] as const
  ) {
    api.post(path, async (c) => {
      const answers = await answer(c.req.raw);
      return answers ? c.json(answers) : c.json(NOT_COMMANDS, 400);
    });
  }
  return api;
}
