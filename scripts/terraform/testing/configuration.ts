/** Reads Terraform files, or texts of the same format, into one configuration. */
import { createRequire } from "node:module";
import { z } from "zod";
import { ROOT } from "../../command/root.ts";

interface Parser {
  parse(name: string, text: string): Promise<unknown>;
}

// The package is loaded with require, because an import of its types would add the DOM's types to
// every file.
const { parse } = createRequire(import.meta.url)("@cdktf/hcl2json") as Parser;

/** A value as the parser writes it: an expression is a string with `${` and `}` around it. */
export type Value = z.infer<ReturnType<typeof z.json>>;
export type Fields = Readonly<Record<string, Value>>;

const fields = z.record(z.string(), z.json());
const named = z.record(z.string(), z.array(fields));

const file = z.strictObject({
  terraform: z.array(z.strictObject({
    required_version: z.string(),
    required_providers: z.array(
      z.record(z.string(), z.strictObject({ source: z.string(), version: z.string() })),
    ),
  })).default([]),
  provider: named.default({}),
  variable: named.default({}),
  locals: z.array(fields).default([]),
  resource: z.record(z.string(), named).default({}),
  output: named.default({}),
});

export interface Configuration {
  readonly requiredProviders: Readonly<Record<string, { source: string; version: string }>>;
  readonly providers: Readonly<Record<string, Fields>>;
  readonly variables: Readonly<Record<string, Fields>>;
  readonly locals: Fields;
  readonly resources: readonly { readonly type: string; readonly name: string; fields: Fields }[];
  readonly outputs: Readonly<Record<string, Fields>>;
}

export type Texts = Readonly<Record<string, string>>;

export async function readTexts(): Promise<Texts> {
  const folder = `${ROOT}infra/terraform`;
  const texts: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".tf")) texts[name] = await Deno.readTextFile(`${folder}/${name}`);
  }
  return texts;
}

const first = (blocks: Readonly<Record<string, readonly Fields[]>>) =>
  Object.fromEntries(Object.entries(blocks).map(([name, [only]]) => [name, only ?? {}]));

/**
 * @throws Error if a text is not HCL, or has a block that this check does not know. The message
 *   says where
 */
export async function readConfiguration(texts: Texts): Promise<Configuration> {
  const files = await Promise.all(
    Object.entries(texts).map(async ([name, text]) => file.parse(await parse(name, text))),
  );
  const merge = <Part>(part: (one: z.infer<typeof file>) => Readonly<Record<string, Part>>) =>
    Object.fromEntries(files.flatMap((one) => Object.entries(part(one))));
  return {
    requiredProviders: merge(({ terraform }) => terraform[0]?.required_providers[0] ?? {}),
    providers: merge(({ provider }) => first(provider)),
    variables: merge(({ variable }) => first(variable)),
    locals: merge(({ locals }) => Object.assign({}, ...locals) as Fields),
    outputs: merge(({ output }) => first(output)),
    resources: files.flatMap(({ resource }) =>
      Object.entries(resource).flatMap(([type, blocks]) =>
        Object.entries(first(blocks)).map(([name, fields]) => ({ type, name, fields }))
      )
    ),
  };
}
