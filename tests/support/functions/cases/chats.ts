/** The routes of chats, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const PERSON = ["user", "operator"] as const;

const read = { method: "GET", allowed: [...PERSON, "secret"], as: "user", status: 200 } as const;

export const CHAT_CASES: readonly RouteCase[] = [
  {
    method: "POST",
    path: "/ai/chat",
    allowed: PERSON,
    as: "user",
    isIdempotent: true,
    status: 200,
    body: { model: "gpt-4o", messages: [{ role: "user", content: "What is a farthing?" }] },
    reaches: ["chats_begin", "chats_settle"],
  },
  {
    method: "POST",
    path: "/ai/v1/chat/completions",
    allowed: [...PERSON, "secret"],
    as: "user",
    status: 200,
    body: { model: "gpt-4o", messages: [{ role: "user", content: "What is a farthing?" }] },
    userField: "user",
    isFile: true,
    reaches: ["chats_begin", "chats_settle"],
  },
  { ...read, path: "/ai/v1/models", isFile: true, reaches: ["usage_rates"] },
  {
    ...read,
    path: "/ai/v1/models/gpt-4o",
    isFile: true,
    reaches: ["usage_rates"],
  },
];
