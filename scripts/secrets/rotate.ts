/**
 * Rotates a secret in a dotenv file: writes the new value, followed by the old one if the functions
 * accept both. `--finish` removes the old value later.
 */
import { randomBytes } from "node:crypto";
import { parseEnv } from "node:util";
import { SettingsError } from "../project/project-settings.ts";
import { ENV_NEEDS } from "../../supabase/functions/_shared/core/env-needs.ts";
import { malformedIn } from "./check.ts";
import { withLine } from "./env-line.ts";
import { type Rotation, ROTATIONS } from "./rotation-steps.ts";

/** 256 random bits. A secret must have at least 32 characters. */
const RANDOM_BYTES = 32;

export interface Asked {
  readonly name: string;
  /** A new value that another service made. */
  readonly given?: string;
  /** Whether to remove the old value, because every sender already uses the new one. */
  readonly isLast: boolean;
}

export interface Rotated {
  /** The new text of the file. */
  readonly text: string;
  /**
   * The line to print. It shows a new random value, but never a value from the file or from
   * standard input.
   */
  readonly shown: string;
}

/** @throws SettingsError that lists the known names */
export function rotationOf(name: string): Rotation {
  const rotation = Object.hasOwn(ROTATIONS, name) ? ROTATIONS[name] : undefined;
  if (rotation !== undefined) return rotation;
  const known = Object.keys(ROTATIONS).join(", ");
  // The argument may be NAME=VALUE. The message must not repeat the value.
  const [asked] = name.split("=");
  throw new SettingsError(`${asked} is not a known secret. Known secrets are: ${known}.`);
}

function makeValue({ prefix }: Rotation): string {
  const bytes = randomBytes(RANDOM_BYTES);
  // Standard Webhooks requires plain base64 after the prefix.
  return prefix === undefined
    ? bytes.toString("base64url")
    : `${prefix}${bytes.toString("base64")}`;
}

function newValue({ name, given }: Asked, rotation: Rotation): string | undefined {
  if (given !== undefined) {
    if (/[\s,]/.test(given) || given === "") {
      throw new SettingsError(
        `The new ${name} must not be empty, and must not contain whitespace or commas.`,
      );
    }
    return given;
  }
  return rotation.madeBy === "us" ? makeValue(rotation) : undefined;
}

/** Returns the values of a variable in a dotenv file, the current value first. */
function valuesIn(text: string, name: string, { takesTwo }: Rotation): string[] {
  const value = parseEnv(text)[name] ?? "";
  if (value === "") return [];
  return takesTwo ? value.split(",").map((each) => each.trim()).filter(Boolean) : [value];
}

/** @throws SettingsError if the functions would refuse to start with the value */
function requireGood(text: string, name: string): string {
  if (malformedIn(parseEnv(text)).has(name)) {
    throw new SettingsError(
      `The functions would refuse this ${name}, so nothing is changed. ` +
        "Pass another value: docs/deploy.md says what it must be.",
    );
  }
  return text;
}

function finished(text: string, asked: Asked, rotation: Rotation): Rotated {
  const [current, ...old] = valuesIn(text, asked.name, rotation);
  if (rotation.isPerEndpoint && old.length > 1) {
    throw new SettingsError(
      `${asked.name} has ${
        old.length + 1
      } values, because each of Stripe's endpoints has its own secret. ` +
        "This command can't know which value is old: remove the old value from the file by hand.",
    );
  }
  if (!rotation.takesTwo) {
    throw new SettingsError(
      `Leave --finish out: ${asked.name} never has an old value beside the new one.`,
    );
  }
  if (current === undefined || old.length === 0) {
    throw new SettingsError(`${asked.name} has no old value to remove.`);
  }
  return {
    text: withLine(text, asked.name, current),
    shown: `${asked.name}=<the current value alone>`,
  };
}

/**
 * Returns the changed file. Returns null if another service makes the new value and the user did
 * not give it.
 * @param file the file's text, or null if there is no file
 * @throws SettingsError
 */
export function rotate(file: string | null, asked: Asked): Rotated | null {
  const rotation = rotationOf(asked.name);
  const text = file ?? "";
  if (asked.isLast) return finished(text, asked, rotation);
  const value = newValue(asked, rotation);
  if (value === undefined) return null;
  if (!Object.hasOwn(ENV_NEEDS, asked.name)) {
    throw new SettingsError(
      `This command can't change ${asked.name}, which is not a variable of the functions: ` +
        "follow the steps above.",
    );
  }
  const values = valuesIn(text, asked.name, rotation);
  const [current] = values;
  if (values.includes(value)) {
    throw new SettingsError(`${asked.name} has that value already: pass a new one.`);
  }
  const keepsOld = rotation.takesTwo && current !== undefined;
  const kept = rotation.isPerEndpoint ? values : values.slice(0, 1);
  const isFollowed = keepsOld || (rotation.takesTwo && file === null);
  const shownValue = asked.given === undefined ? value : "<the new value>";
  return {
    text: requireGood(
      withLine(text, asked.name, keepsOld ? [value, ...kept].join(",") : value),
      asked.name,
    ),
    shown: `${asked.name}=${shownValue}${isFollowed ? ",<the current value>" : ""}`,
  };
}
