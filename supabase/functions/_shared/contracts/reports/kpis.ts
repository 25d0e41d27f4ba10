/** The report of key figures. */
import { z } from "@hono/zod-openapi";
import { DayOut } from "./report.ts";

export const KpiRow = z.object({
  name: z.string().openapi({ example: "ledger_p95" }),
  day: DayOut.nullable().openapi({ description: "null if the figure covers the whole range." }),
  label: z.string().nullable().openapi({
    description: "The subject of the figure, such as one route; null for the whole service.",
    example: "POST /usage",
  }),
  value: z.string().nullable().openapi({
    description: "A decimal string; null without samples.",
    example: "35.5",
  }),
  unit: z.string().openapi({ example: "ms" }),
  target: z.string().nullable().openapi({ example: "120" }),
  samples: z.int().openapi({ description: "How many events the figure was computed from." }),
  formula: z.string(),
}).openapi("KpiRow");
