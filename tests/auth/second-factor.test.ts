/**
 * Enrols, verifies and removes second factors with supabase-js. The stack's Auth must follow the
 * rules of Supabase's Auth.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { codeOf, wrongCodeOf } from "../support/project/authenticator.ts";
import { withSql } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { refusal } from "./auth-answer.ts";

const world = readWorld();

const clientWith = (key: string): SupabaseClient =>
  createClient(world.url, key, { auth: { persistSession: false, autoRefreshToken: false } });

const backEnd = clientWith(world.secretKey);

async function enrol({ supabase }: Pick<Person, "supabase">, friendlyName = "phone") {
  const { data, error } = await supabase.auth.mfa.enroll({ factorType: "totp", friendlyName });
  if (error) throw error;
  return { id: data.id, ...data.totp };
}

async function verify({ supabase }: Pick<Person, "supabase">, factorId: string, code: string) {
  return await supabase.auth.mfa.challengeAndVerify({ factorId, code });
}

/** Signs up a user, and enrols and verifies a second factor for the user. */
async function withFactor(): Promise<{ ann: Person; id: string; secret: string }> {
  const ann = await signUp(world);
  const { id, secret } = await enrol(ann);
  equal((await verify(ann, id, codeOf(secret))).error, null);
  return { ann, id, secret };
}

async function signInAgain({ email, password }: Person) {
  const supabase = clientWith(world.publishableKey);
  const { error } = await supabase.auth.signInWithPassword({ email, password });
  equal(error, null);
  return { supabase };
}

async function levelsOf({ supabase }: Pick<Person, "supabase">) {
  const { data } = await supabase.auth.mfa.getAuthenticatorAssuranceLevel();
  return [data?.currentLevel, data?.nextLevel];
}

const claimsOf = (token: string) => JSON.parse(atob(token.split(".")[1]!.replace(/[-_]/g, "+")));

Deno.test("a factor counts from its first code on, and raises the session to aal2", async () => {
  const ann = await signUp(world);
  const { supabase } = ann;
  const { id, secret, uri, qr_code } = await enrol(ann);
  match(uri, /^otpauth:\/\/totp\/.*secret=/);
  match(qr_code, /^data:image\/svg\+xml;utf-8,<svg/);
  ok(!qr_code.includes("#"), "a # would end the data URL");
  deepEqual(await levelsOf(ann), ["aal1", "aal1"]);
  const { data: before } = await supabase.auth.mfa.listFactors();
  deepEqual([before?.all.map(({ status }) => status), before?.totp], [["unverified"], []]);

  const { data, error } = await verify(ann, id, codeOf(secret));
  equal(error, null);
  equal(data?.user.factors?.[0]?.status, "verified");
  deepEqual(await levelsOf(ann), ["aal2", "aal2"]);
  const { aal, amr } = claimsOf(data!.access_token);
  deepEqual([aal, amr.map(({ method }: { method: string }) => method)], ["aal2", ["totp"]]);
  const { data: after } = await supabase.auth.mfa.listFactors();
  deepEqual(after?.totp.map(({ id, friendly_name }) => [id, friendly_name]), [[id, "phone"]]);
  ok(!JSON.stringify(after).includes(secret));
  equal((await supabase.auth.refreshSession()).error, null);
  deepEqual(await levelsOf(ann), ["aal2", "aal2"]);
});

Deno.test("a new sign-in begins at aal1, with aal2 as the next level, and reaches it by a code", async () => {
  const { ann, id, secret } = await withFactor();
  const again = await signInAgain(ann);
  deepEqual(await levelsOf(again), ["aal1", "aal2"]);
  equal((await verify(again, id, codeOf(secret))).error, null);
  deepEqual(await levelsOf(again), ["aal2", "aal2"]);
});

Deno.test("a verified code ends the user's sessions that are below aal2", async () => {
  const ann = await signUp(world);
  const other = await signInAgain(ann);
  const { id, secret } = await enrol(ann);
  equal((await verify(ann, id, codeOf(secret))).error, null);
  equal((await ann.supabase.auth.getUser()).error, null);
  ok((await other.supabase.auth.refreshSession()).error);
});

Deno.test("a wrong code is refused, and so is a challenge that was answered or has expired", async () => {
  const { ann: { supabase }, id: factorId, secret } = await withFactor();
  const { mfa } = supabase.auth;
  const challenge = async () => (await mfa.challenge({ factorId })).data!;
  const { id: challengeId, expires_at } = await challenge();
  const left = expires_at - Date.now() / 1000;
  ok(left > 240 && left <= 300, `${left} s`);
  const wrong = { factorId, challengeId, code: wrongCodeOf(secret) };
  deepEqual(await refusal(mfa.verify(wrong)), [422, "mfa_verification_failed"]);
  deepEqual(await refusal(mfa.verify({ ...wrong, code: "" })), [400, "validation_failed"]);
  const right = { ...wrong, code: codeOf(secret) };
  equal((await mfa.verify(right)).error, null);
  deepEqual(await refusal(mfa.verify(right)), [422, "mfa_ip_address_mismatch"]);

  const { id: late } = await challenge();
  await withSql(
    world,
    (sql) =>
      sql`update auth.mfa_challenges set created_at = now() - interval '301 s' where id = ${late}`,
  );
  const expired = { factorId, challengeId: late, code: codeOf(secret) };
  deepEqual(await refusal(mfa.verify(expired)), [422, "mfa_challenge_expired"]);
  const none = { ...right, challengeId: crypto.randomUUID() };
  deepEqual(await refusal(mfa.verify(none)), [422, "mfa_factor_not_found"]);
});

Deno.test("a factor works only for its own user", async () => {
  const { id: factorId, secret } = await withFactor();
  const bob = await signUp(world);
  const { mfa } = bob.supabase.auth;
  const missing = [404, "mfa_factor_not_found"];
  deepEqual(await refusal(mfa.challenge({ factorId })), missing);
  const challengeId = crypto.randomUUID();
  deepEqual(await refusal(mfa.verify({ factorId, challengeId, code: codeOf(secret) })), missing);
  deepEqual(await refusal(mfa.unenroll({ factorId })), missing);
  deepEqual(await refusal(mfa.unenroll({ factorId: "x" })), [404, "validation_failed"]);
  const anybody = clientWith(world.publishableKey).auth.mfa;
  const enrolment = anybody.enroll({ factorType: "totp", friendlyName: "x" });
  equal((await enrolment).data, null);
  const foreign = { ...await enrol(bob), code: codeOf(secret) };
  deepEqual(await refusal(verify(bob, foreign.id, foreign.code)), [422, "mfa_verification_failed"]);
});

Deno.test("enrolling refuses a taken name, another type, and a session below aal2", async () => {
  const { ann, id } = await withFactor();
  const { mfa } = ann.supabase.auth;
  const named = (friendlyName: string) => mfa.enroll({ factorType: "totp", friendlyName });
  deepEqual(await refusal(named("phone")), [422, "mfa_factor_name_conflict"]);
  const byPhone = mfa.enroll({ factorType: "phone", friendlyName: "p", phone: "+491700000000" });
  deepEqual(await refusal(byPhone), [422, "mfa_phone_enroll_not_enabled"]);
  equal((await named("tablet")).error, null);
  const again = (await signInAgain(ann)).supabase.auth.mfa;
  const below = again.enroll({ factorType: "totp", friendlyName: "thief" });
  deepEqual(await refusal(below), [403, "insufficient_aal"]);
  deepEqual(await refusal(again.unenroll({ factorId: id })), [422, "insufficient_aal"]);
});

Deno.test("verifying a factor deletes unfinished ones, and removing it lowers the session", async () => {
  const { ann, id: factorId, secret } = await withFactor();
  await enrol(ann, "tablet");
  equal((await verify(ann, factorId, codeOf(secret))).error, null);
  const { data } = await ann.supabase.auth.mfa.listFactors();
  deepEqual(data?.all.map(({ id }) => id), [factorId]);
  equal((await ann.supabase.auth.mfa.unenroll({ factorId })).data?.id, factorId);
  await ann.supabase.auth.refreshSession();
  deepEqual(await levelsOf(ann), ["aal1", "aal1"]);
});

Deno.test("a back end deletes the factor of a user who has lost it, and no user may", async () => {
  const { ann, id } = await withFactor();
  const { mfa } = backEnd.auth.admin;
  const { data } = await mfa.listFactors({ userId: ann.id });
  deepEqual(data?.factors.map(({ id, status }) => [id, status]), [[id, "verified"]]);
  const theirs = ann.supabase.auth.admin.mfa.deleteFactor({ id, userId: ann.id });
  deepEqual(await refusal(theirs), [403, "not_admin"]);
  const bob = await signUp(world);
  const missing = [404, "mfa_factor_not_found"];
  deepEqual(await refusal(mfa.deleteFactor({ id, userId: bob.id })), missing);
  equal((await mfa.deleteFactor({ id, userId: ann.id })).error, null);
  const again = await signInAgain(ann);
  deepEqual(await levelsOf(again), ["aal1", "aal1"]);
});
