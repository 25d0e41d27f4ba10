/** Reads the JSON of Upstash's REST API and writes its answers. */
import { ErrorReply } from "@redis/client";
import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Command, Reply } from "./connection.ts";

const argument = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const command: z.ZodType<Command> = z.array(argument).min(1);

export const Single = command;
export const Several = z.array(command).min(1);

/** The answer to one command. */
export type CommandAnswer = { result: unknown } | { error: string };

/** If the client asks for base64, encodes strings as base64, except the string `OK`. */
function encoded(reply: Reply, inBase64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encoded(item, inBase64));
  if (reply instanceof ErrorReply) return encoded(reply.message, inBase64);
  if (Buffer.isBuffer(reply)) return reply.toString(inBase64 ? "base64" : "utf8");
  const isWord = typeof reply === "string" && reply !== "OK";
  return isWord && inBase64 ? Buffer.from(reply).toString("base64") : reply;
}

export function answerOf(reply: Reply, inBase64: boolean): CommandAnswer {
  if (reply instanceof ErrorReply) return { error: reply.message };
  return { result: encoded(reply, inBase64) };
}
