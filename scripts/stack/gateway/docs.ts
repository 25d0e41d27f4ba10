import { Hono } from "hono";

export function docsDoor(): Hono {
  return new Hono();
}
