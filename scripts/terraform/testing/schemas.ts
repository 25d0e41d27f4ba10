/**
 * Reads infra/terraform/schemas: the attributes of the Terraform providers and resources in use.
 */
import { z } from "zod";
import { ROOT } from "../../command/root.ts";

/** A type of Terraform's language; an object lists its attributes. */
export type Type =
  | "string"
  | "number"
  | "bool"
  | readonly ["list" | "set" | "map", Type]
  | ObjectType;

export interface ObjectType {
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Attribute {
  readonly type: Type;
  readonly required?: boolean | undefined;
  readonly optional?: boolean | undefined;
  readonly computed?: boolean | undefined;
  readonly sensitive?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly default?: string | number | boolean | undefined;
  /** The environment variable that a provider reads if its attribute is not set. */
  readonly environment?: string | undefined;
}

const type: z.ZodType<Type> = z.lazy(() =>
  z.union([
    z.enum(["string", "number", "bool"]),
    z.tuple([z.enum(["list", "set", "map"]), type]),
    block,
  ])
);

const attribute: z.ZodType<Attribute> = z.strictObject({
  type,
  required: z.boolean().optional(),
  optional: z.boolean().optional(),
  computed: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  deprecated: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  environment: z.string().optional(),
});

const block: z.ZodType<ObjectType> = z.strictObject({
  attributes: z.record(z.string(), attribute),
});

const schema = z.strictObject({
  provider: z.string(),
  version: z.string(),
  source: z.url(),
  content: z.string(),
  configuration: z.record(z.string(), attribute),
  resources: z.record(
    z.string(),
    z.strictObject({
      attributes: z.record(z.string(), attribute),
      blocks: z.record(z.string(), block).optional(),
    }),
  ),
});

export type Schema = z.infer<typeof schema>;

/** Returns the schema of each provider, by the provider's name in the configuration. */
export async function readSchemas(): Promise<ReadonlyMap<string, Schema>> {
  const folder = `${ROOT}infra/terraform/schemas`;
  const schemas = new Map<string, Schema>();
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    schemas.set(name.replace(/\.json$/, ""), schema.parse(JSON.parse(text)));
  }
  return schemas;
}
