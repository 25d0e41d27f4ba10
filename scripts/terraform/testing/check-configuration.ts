/** Checks a Terraform configuration without Terraform, its providers, or a network. */
import { checkFields, checkResources } from "./check-attributes.ts";
import type { Value } from "./configuration.ts";
import { attributeOf, type Scope } from "./types.ts";

/** Returns every text in a value, including the texts of expressions. */
function textsOf(value: Value): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(textsOf);
}

interface Reference {
  readonly kind: "var" | "local" | "resource";
  readonly type: string;
  readonly name: string;
  /** The attribute that is read, if `kind` is "resource". */
  readonly attribute: string;
}

const REFERENCE = /\b(?:(var|local)\.(\w+)|([a-z]+_\w+)\.(\w+)(?:\[[^\]]*\])?\.(\w+))/g;

/** Returns the references in a value's texts. Only texts with an expression `${…}` are searched. */
function referencesOf(value: Value): Reference[] {
  const expressions = textsOf(value).filter((text) => text.includes("${"));
  return expressions.flatMap((text) =>
    [...text.matchAll(REFERENCE)].map(([, kind, own, type = "", name, attribute = ""]) => ({
      kind: (kind ?? "resource") as Reference["kind"],
      name: own ?? name!,
      ...{ type, attribute },
    }))
  );
}

function* checkReferences(scope: Scope): Iterable<string> {
  const { variables, locals, resources, outputs } = scope.configuration;
  const everything: Value = [variables, locals, resources.map(({ fields }) => fields), outputs];
  const seen = referencesOf(everything);
  for (const { kind, type, name, attribute } of seen) {
    if (kind === "var" && !(name in variables)) yield `var.${name}: no such variable`;
    if (kind === "local" && !(name in locals)) yield `local.${name}: no such local value`;
    if (kind !== "resource") continue;
    const exists = resources.some((one) => one.type === type && one.name === name);
    if (!exists) yield `${type}.${name}: no such resource`;
    else if (attributeOf(scope, type, attribute) === undefined) {
      yield `${type}.${name}.${attribute}: no such attribute`;
    }
  }
  const used = referencesOf([locals, resources.map(({ fields }) => fields), outputs]);
  for (const name of Object.keys(variables)) {
    const isUsed = used.some((one) => one.kind === "var" && one.name === name);
    if (!isUsed) yield `var.${name}: nothing uses it`;
  }
}

function* checkVariables({ configuration: { variables } }: Scope): Iterable<string> {
  for (const [name, { type, description, validation }] of Object.entries(variables)) {
    if (type === undefined) yield `var.${name}: has no type`;
    if (description === undefined) yield `var.${name}: has no description`;
    if (validation === undefined && type !== "${bool}") yield `var.${name}: has no validation`;
  }
}

/** Returns whether a value shows a secret, directly or through local values. */
function isSensitive(value: Value, scope: Scope): boolean {
  return referencesOf(value).some(({ kind, type, name, attribute }) => {
    if (kind === "var") return scope.configuration.variables[name]?.["sensitive"] === true;
    if (kind === "resource") return attributeOf(scope, type, attribute)?.sensitive === true;
    return isSensitive(scope.configuration.locals[name] ?? null, scope);
  });
}

function* checkOutputs(scope: Scope): Iterable<string> {
  for (
    const [name, { value, description, sensitive }] of Object.entries(scope.configuration.outputs)
  ) {
    if (description === undefined) yield `output.${name}: has no description`;
    if (isSensitive(value ?? null, scope) && sensitive !== true) {
      yield `output.${name}: shows a secret, so it must be sensitive`;
    }
  }
}

function* checkProviders(scope: Scope): Iterable<string> {
  const { requiredProviders, providers } = scope.configuration;
  for (const [name, { source, version }] of Object.entries(requiredProviders)) {
    const schema = scope.schemas.get(name);
    if (schema?.provider !== source || schema.version !== version) {
      yield `provider ${name}: the schema is not that of ${source} ${version}`;
    }
    if (providers[name] === undefined) yield `provider ${name}: has no configuration`;
  }
  for (const [name, fields] of Object.entries(providers)) {
    const schema = scope.schemas.get(name);
    if (!(name in requiredProviders)) yield `provider ${name}: is not required`;
    yield* checkFields(`provider.${name}`, fields, schema?.configuration ?? {}, scope);
  }
}

/** Returns the findings, each with its location. */
export function findingsOf(scope: Scope): string[] {
  return [
    ...checkProviders(scope),
    ...checkVariables(scope),
    ...checkResources(scope),
    ...checkReferences(scope),
    ...checkOutputs(scope),
  ];
}
