/** Determines the type of a value of the configuration, and compares it with another type. */
import type { Configuration, Value } from "./configuration.ts";
import type { Attribute, Schema, Type } from "./schemas.ts";

export interface Scope {
  readonly configuration: Configuration;
  readonly schemas: ReadonlyMap<string, Schema>;
}

/** The functions of Terraform that the configuration calls, with the type of their result. */
const RETURNS: Readonly<Record<string, Type>> = { jsonencode: "string", join: "string" };

/** Returns the expression in `${…}`, if the text contains nothing else. */
function expressionOf(text: string): string | undefined {
  if (!text.startsWith("${") || !text.endsWith("}")) return;
  let depth = 0;
  for (let at = 1; at < text.length; at++) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at === text.length - 1 ? text.slice(2, -1).trim() : undefined;
  }
  return;
}

export function attributeOf(scope: Scope, type: string, name: string): Attribute | undefined {
  const schema = scope.schemas.get(type.split("_")[0]!);
  return schema?.resources[type]?.attributes[name];
}

/** Reads a type as variables declare it, such as `list(string)`. */
function declaredType(text: string): Type | undefined {
  const [, kind, inner] = /^(list|set|map)\((\w+)\)$/.exec(text) ?? [];
  if (kind !== undefined) return [kind as "list" | "set" | "map", inner as "string"];
  return text === "string" || text === "number" || text === "bool" ? text : undefined;
}

function typeOfExpression(expression: string, scope: Scope): Type | undefined {
  const { variables, locals } = scope.configuration;
  const variable = /^var\.(\w+)$/.exec(expression)?.[1];
  if (variable !== undefined) {
    const declared = variables[variable]?.["type"];
    return typeof declared === "string"
      ? declaredType(expressionOf(declared) ?? declared)
      : undefined;
  }
  const [, local, member, index] = /^local\.(\w+)(?:\.(\w+)|(\[.+\]))?$/.exec(expression) ?? [];
  if (local !== undefined) {
    const value = locals[local];
    if (value === undefined) return;
    if (member === undefined && index === undefined) return typeOf(value, scope);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const part = member === undefined ? Object.values(value)[0] : value[member];
    return part === undefined ? undefined : typeOf(part, scope);
  }
  const [, type, every, name] = /^(\w+)\.\w+(\[\*\])?\.(\w+)$/.exec(expression) ?? [];
  if (type !== undefined) {
    const found = attributeOf(scope, type, name!)?.type;
    return found !== undefined && every !== undefined ? ["list", found] : found;
  }
  return RETURNS[/^(\w+)\(/.exec(expression)?.[1] ?? ""];
}

/** Returns undefined if the type is unknown. */
export function typeOf(value: Value, scope: Scope): Type | undefined {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") {
    const expression = expressionOf(value);
    return expression === undefined ? "string" : typeOfExpression(expression, scope);
  }
  if (value === null) return;
  const elements = (Array.isArray(value) ? value : Object.values(value))
    .map((element) => typeOf(element, scope));
  const [element = "string"] = elements;
  if (elements.some((other) => !isSame(other, element))) return;
  return [Array.isArray(value) ? "list" : "map", element];
}

function isSame(left: Type | undefined, right: Type): boolean {
  if (left === undefined) return false;
  if (!isCollection(left) || !isCollection(right)) return left === right;
  const [kind, other] = [left[0], right[0]].map((name) => name === "set" ? "list" : name);
  return kind === other && isSame(left[1], right[1]);
}

export function isCollection(type: Type): type is readonly ["list" | "set" | "map", Type] {
  return Array.isArray(type);
}

export function nameOf(type: Type | undefined): string {
  if (type === undefined) return "a type that this check can't tell";
  if (isCollection(type)) return `${type[0]}(${nameOf(type[1])})`;
  return typeof type === "string" ? type : "object";
}

/**
 * Returns whether Terraform accepts the type `found` where `wanted` is required. Lists and sets
 * count as the same type.
 */
export function fits(found: Type | undefined, wanted: Type): boolean {
  return isSame(found, wanted);
}
