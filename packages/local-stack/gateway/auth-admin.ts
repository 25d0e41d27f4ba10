/**
 * /auth/v1/admin, which @supabase/lite lacks. With a secret key, a back end creates, reads, lists,
 * changes and deletes users, and lists and deletes their factors. If a request contains a field
 * that the local stack does not support, the error names the field.
 */
import { type Context, Hono } from "hono";
import type postgres from "postgres";
import { z } from "zod";
import { AuthError, renderAuthError, uuidOf } from "./auth-error.ts";
import { findFactor, listFactors, removeFactor } from "./auth-factors.ts";
import {
  createUser,
  findUser,
  isTaken,
  listUsers,
  removeUser,
  updateUser,
  type UserChange,
} from "./auth-users.ts";
import type { GatewayEnv } from "./callers.ts";

const Change = z.object({
  id: z.string().optional(),
  email: z.string().optional(),
  email_confirm: z.boolean().optional(),
  password: z.string().nullish(),
  role: z.string().optional(),
  app_metadata: z.record(z.string(), z.unknown()).nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
});

const NOT_SUPPORTED = [
  "phone",
  "phone_confirm",
  "password_hash",
  "ban_duration",
  "should_soft_delete",
];
const MIN_PASSWORD = 6;
/** bcrypt uses only this many bytes of a password, and Auth refuses longer passwords. */
const MAX_PASSWORD_BYTES = 72;

const invalid = (message: string) => new AuthError(400, "validation_failed", message);
/** Answers 422 instead of 501, because clients treat 501 as a temporary failure. */
const notSupported = (what: string) =>
  new AuthError(422, "not_implemented", `The local stack's Auth does not support ${what}.`);

async function readBody(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  try {
    const body = text === "" ? {} : JSON.parse(text);
    const unknown = NOT_SUPPORTED.find((name) => body[name]);
    if (unknown) throw notSupported(unknown);
    return body;
  } catch (error) {
    if (error instanceof AuthError) throw error;
    throw new AuthError(400, "bad_json", "Could not parse request body as JSON");
  }
}

async function readChange(c: Context): Promise<UserChange> {
  const { data, error } = Change.safeParse(await readBody(c));
  if (error) throw new AuthError(400, "bad_json", `Could not parse request body: ${error.message}`);
  const { email, password, app_metadata, user_metadata, ...change } = data;
  if (email && !z.email().safeParse(email).success) {
    throw invalid("Unable to validate email address: invalid format");
  }
  if (password && new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES) {
    throw invalid("Password cannot be longer than 72 characters");
  }
  return JSON.parse(JSON.stringify({
    ...change,
    ...(email && { email: email.toLowerCase() }),
    ...(password && { password }),
    ...(app_metadata && { app_metadata }),
    ...(user_metadata && { user_metadata }),
  }));
}

function readNumber(c: Context, name: string, absent: number): number {
  const text = c.req.query(name) || String(absent);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid(`Bad Pagination Parameters: ${name}`);
  return Number(text);
}

const taken = () =>
  new AuthError(422, "email_exists", "A user with this email address has already been registered");

/** Returns the paging links that Auth sends: the next page, if there is one, and the last page. */
function pagingHeaders(url: URL, page: number, pages: number): string {
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("page", String(to));
    query.sort();
    return `<${url.pathname.slice("/auth/v1".length)}?${query}>; rel="${rel}"`;
  };
  return [...(pages > page ? [link(page + 1, "next")] : []), link(pages, "last")].join(", ");
}

/**
 * Returns whether the caller sent a secret key and no user token. With a user token, the role of
 * the user applies instead of the role of the key.
 */
function isAdmin(c: Context<GatewayEnv>): boolean {
  const { keyRole, user } = c.var.caller;
  return keyRole === "service_role" && user === undefined;
}

async function found(c: Context, sql: postgres.Sql) {
  const id = uuidOf(c.req.param("id"), "user_id");
  const user = await findUser(sql, id);
  if (!user) throw new AuthError(404, "user_not_found", "User not found");
  return { id, user };
}

export function authAdminRoutes(sql: postgres.Sql): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>().basePath("/auth/v1/admin");
  app.onError((error, c) => {
    if (error instanceof AuthError) return renderAuthError(c, error);
    return renderAuthError(c, new AuthError(500, "unexpected_failure", `Database error: ${error}`));
  });
  app.use(async (c, next) => {
    if (!isAdmin(c)) throw new AuthError(403, "not_admin", "User not allowed");
    await next();
  });

  app.get("/users", async (c) => {
    const page = readNumber(c, "page", 1);
    const perPage = readNumber(c, "per_page", 50);
    const filter = c.req.query("filter") ?? "";
    const { users, total } = await listUsers(sql, { page, perPage, filter });
    const link = pagingHeaders(new URL(c.req.url), page, Math.ceil(total / perPage));
    const headers = { link, "x-total-count": String(total) };
    return c.json({ users, aud: "authenticated" }, 200, headers);
  });

  app.post("/users", async (c) => {
    const change = await readChange(c);
    const { email, id } = change;
    if (!email) throw invalid("Cannot create a user without either an email or phone");
    if (id !== undefined && !z.guid().safeParse(id).success) {
      throw invalid("ID must conform to the uuid v4 format");
    }
    if (await isTaken(sql, email, null)) throw taken();
    return c.json(await sql.begin((at) => createUser(at, email, change)));
  });

  app.get("/users/:id", async (c) => c.json((await found(c, sql)).user));

  app.put("/users/:id", async (c) => {
    const { id } = await found(c, sql);
    const { id: _, ...change } = await readChange(c);
    const { email, password } = change;
    if (password && password.length < MIN_PASSWORD) {
      const message = `Password should be at least ${MIN_PASSWORD} characters.`;
      throw new AuthError(422, "weak_password", message);
    }
    if (email && await isTaken(sql, email, id)) throw taken();
    return c.json(await sql.begin((at) => updateUser(at, id, change)));
  });

  app.delete("/users/:id", async (c) => {
    const { id } = await found(c, sql);
    await readBody(c);
    await removeUser(sql, id);
    return c.json({});
  });

  app.get("/users/:id/factors", async (c) => {
    const { id } = await found(c, sql);
    return c.json(await listFactors(sql, id));
  });

  app.delete("/users/:id/factors/:factor", async (c) => {
    const { id } = await found(c, sql);
    const factor = await findFactor(sql, id, uuidOf(c.req.param("factor"), "factor_id"));
    await sql.begin((at) => removeFactor(at, factor));
    return c.json({ id: factor.id });
  });

  app.all("*", (c) => {
    throw notSupported(new URL(c.req.url).pathname.slice("/auth/v1".length));
  });
  return app;
}
