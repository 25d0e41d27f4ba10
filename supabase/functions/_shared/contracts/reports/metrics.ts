/** The report of metrics of revenue, such as net revenue. */
import { z } from "@hono/zod-openapi";

const Decimal = z.string().openapi({ description: "A decimal string.", example: "2470" });

export const MetricRow = z.object({
  name: z.string().openapi({ example: "net_revenue" }),
  product_line: z.enum(["credits", "bookings"]).nullable().openapi({
    description: "null for both product lines together.",
  }),
  currency: z.string().nullable().openapi({
    description: "Currencies are never added together; null if the metric is not about money.",
    example: "usd",
  }),
  value: Decimal.nullable().openapi({ description: "null if the denominator is 0." }),
  unit: z.string().openapi({ example: "minor units" }),
  numerator: Decimal,
  denominator: Decimal.nullable().openapi({ description: "null if the metric is not a quotient." }),
  formula: z.string(),
}).openapi("MetricRow");
