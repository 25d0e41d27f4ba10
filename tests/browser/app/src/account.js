import { supabase } from "./supabase.js";

function check({ data, error }) {
  if (error) throw error;
  return data;
}

export async function signUp(login) {
  return check(await supabase.auth.signUp(login)).user.id;
}

export async function signIn(login) {
  return check(await supabase.auth.signInWithPassword(login)).user.id;
}

export async function refresh() {
  return check(await supabase.auth.refreshSession()).user.id;
}

export async function signOut() {
  check(await supabase.auth.signOut());
}

/** Writes the user's consent through REST, so that Farthing stores redacted prompts and answers. */
export async function keepPrompts() {
  const row = { level: "full_redacted" };
  const query = supabase.schema("farthing_public").from("ai_consent").upsert(row, {
    onConflict: "user_id",
  });
  check(await query.select().single());
}
