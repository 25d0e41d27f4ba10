/** The report of authors: who moved how many credits. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "../common.ts";
import { EntryKind } from "../credits.ts";
import { DayOut } from "./report.ts";

export const ActorRow = z.object({
  day: DayOut,
  author_kind: z.enum(["owner", "operator", "key", "stripe", "task", "sql"]),
  author: z.string().openapi({
    description: "The author of the entries; `stripe` stands for all Stripe events.",
    example: "operator:6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d",
  }),
  kind: EntryKind,
  entries: z.int(),
  credits: SignedAmount.openapi({
    description: "The credits that the entries moved.",
    example: "50",
  }),
}).openapi("ActorRow");
