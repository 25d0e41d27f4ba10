/**
 * Compares the arguments of Terraform's resources and providers with their schemas
 * (infra/terraform/schemas).
 */
import type { Fields, Value } from "./configuration.ts";
import type { Attribute, ObjectType, Type } from "./schemas.ts";
import { fits, isCollection, nameOf, type Scope, typeOf } from "./types.ts";

/** Arguments and blocks that every resource may have. */
const META = new Set(["count", "for_each", "depends_on", "provider", "lifecycle"]);

type Attributes = Readonly<Record<string, Attribute>>;

const isObject = (value: Value): value is Record<string, Value> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Yields the faults of a value.
 * @param at where the value is, such as `stripe_webhook_endpoint.account.url`
 */
function* checkValue(at: string, value: Value, wanted: Type, scope: Scope): Iterable<string> {
  if (typeof wanted === "object" && !isCollection(wanted)) {
    if (isObject(value)) yield* checkFields(at, value, wanted.attributes, scope);
    else yield `${at}: must be an object`;
    return;
  }
  if (isCollection(wanted)) {
    const isMap = wanted[0] === "map";
    if (!isMap && Array.isArray(value)) {
      for (const [nth, one] of value.entries()) {
        yield* checkValue(`${at}[${nth}]`, one, wanted[1], scope);
      }
      return;
    }
    if (isMap && isObject(value)) {
      for (const [key, one] of Object.entries(value)) {
        yield* checkValue(`${at}.${key}`, one, wanted[1], scope);
      }
      return;
    }
  }
  const found = typeOf(value, scope);
  if (!fits(found, wanted)) yield `${at}: must be ${nameOf(wanted)}, not ${nameOf(found)}`;
}

/**
 * Yields a fault for each attribute that is unknown, read-only, deprecated, of a wrong type or
 * missing.
 */
export function* checkFields(
  at: string,
  given: Fields,
  attributes: Attributes,
  scope: Scope,
): Iterable<string> {
  for (const [name, value] of Object.entries(given)) {
    const attribute = attributes[name];
    if (attribute === undefined) {
      yield `${at}.${name}: no such attribute`;
      continue;
    }
    if (attribute.deprecated) yield `${at}.${name}: deprecated`;
    if (!attribute.required && !attribute.optional) yield `${at}.${name}: read-only`;
    else yield* checkValue(`${at}.${name}`, value, attribute.type, scope);
  }
  for (const [name, { required, environment }] of Object.entries(attributes)) {
    if (required && environment === undefined && given[name] === undefined) {
      yield `${at}.${name}: required`;
    }
  }
}

/** Yields the faults of a resource's nested blocks. `checkFields` checks its attributes. */
function* checkBlocks(
  at: string,
  given: Fields,
  blocks: Readonly<Record<string, ObjectType>>,
  scope: Scope,
): Iterable<string> {
  for (const [name, { attributes }] of Object.entries(blocks)) {
    const value = given[name];
    for (const one of Array.isArray(value) ? value : []) {
      if (isObject(one)) yield* checkFields(`${at}.${name}`, one, attributes, scope);
    }
  }
}

export function* checkResources(scope: Scope): Iterable<string> {
  for (const { type, name, fields } of scope.configuration.resources) {
    const resource = scope.schemas.get(type.split("_")[0]!)?.resources[type];
    if (resource === undefined) {
      yield `${type}.${name}: no schema has this type of resource`;
      continue;
    }
    const blocks = resource.blocks ?? {};
    yield* checkBlocks(`${type}.${name}`, fields, blocks, scope);
    const own = Object.entries(fields).filter(([key]) => !META.has(key) && !(key in blocks));
    yield* checkFields(`${type}.${name}`, Object.fromEntries(own), resource.attributes, scope);
  }
}
