import { deepEqual, equal } from "node:assert/strict";
import { redacted, secretsOf } from "./redact.ts";

Deno.test("keys, the parts of a list, and an address with its password are secrets", () => {
  const url = "postgresql://postgres:p%23ssword1@db.example.com/postgres";
  const text = `whsec_12345 sk_live_123 ${url} p#ssword1 p%23ssword1`;
  const secrets = secretsOf({
    STRIPE_WEBHOOK_SECRET: "whsec_12345,whsec_67890",
    STRIPE_SECRET_KEY: "sk_live_123",
    SUPABASE_DB_URL: url,
  });
  equal(redacted(text, secrets), "[hidden] [hidden] [hidden] [hidden] [hidden]");
});

Deno.test("addresses, modes and publishable keys stay in the evidence", () => {
  const values = {
    ...{ SUPABASE_URL: "https://ref.supabase.co", SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1" },
    ...{ STRIPE_MODE: "live-mode", NOTIFICATION_SECRET: "short", MAIL_FROM: "a@shop.example" },
  };
  deepEqual(secretsOf(values), []);
  const local = { SUPABASE_DB_URL: "postgresql://postgres:postgres@127.0.0.1:54322/postgres" };
  equal(redacted("install postgresql-client-17", secretsOf(local)), "install postgresql-client-17");
});

Deno.test("a short password is hidden, and a plain word only where it is the password", () => {
  const hide = (password: string, text: string) => {
    const url = `postgresql://owner:${password}@db.example.com/postgres`;
    return redacted(text, secretsOf({ SUPABASE_DB_URL: url }));
  };
  equal(hide("hunter2", "hunter2 was refused"), "[hidden] was refused");
  equal(hide("test", "test mode of owner:test@db"), "test mode of owner[hidden]db");
  equal(hide("5432", "port 5432 of owner:5432@db"), "port 5432 of owner[hidden]db");
  equal(hide("a1", "a1"), "a1");
});
