/**
 * The part of OpenAI's chat completions that can be metered. Every parameter is listed: it is used
 * here, passed on, or refused. Ignoring a parameter would silently change an answer or its price.
 */
import { z } from "@hono/zod-openapi";
import { DEFAULT_OUTPUT_TOKENS } from "./ai.ts";
import { Model } from "./usage.ts";

const MAX_TEXT = 60_000;
const MAX_MESSAGES = 1_000;
const MAX_TOOLS = 128;
const MAX_OUTPUT_TOKENS = 10_000_000;

const Text = z.string().max(MAX_TEXT);

const TextPart = z.strictObject({ type: z.literal("text"), text: Text });

const Content = z.union([Text, z.array(TextPart).min(1)], {
  error: "Send text or parts of the type text: images, audio and files are not supported.",
});

const Name = z.string().min(1).max(64);

const ToolCall = z.strictObject({
  id: z.string().max(200),
  type: z.literal("function"),
  function: z.strictObject({ name: Name, arguments: Text }),
}).openapi("OpenAiToolCall");

export type OpenAiToolCall = z.output<typeof ToolCall>;

/** A tool call that a client sends back; OpenAI's SDK adds the parsed arguments. */
const SentToolCall = ToolCall.extend({
  function: ToolCall.shape.function.extend({ parsed_arguments: z.unknown().optional() }),
});

/**
 * Fields of an answer that clients send back and that models don't need. OpenAI's SDK for Python
 * also sends fields whose value is null.
 */
const ofAnswers = {
  parsed: z.unknown().optional(),
  refusal: Text.nullish(),
  annotations: z.array(z.unknown()).nullish(),
  audio: z.null().optional(),
  function_call: z.null().optional(),
};

const Message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content: Content, name: Name.optional() }),
  z.strictObject({ role: z.literal("developer"), content: Content, name: Name.optional() }),
  z.strictObject({ role: z.literal("user"), content: Content, name: Name.optional() }),
  z.strictObject({
    role: z.literal("assistant"),
    content: Content.nullish(),
    name: Name.optional(),
    tool_calls: z.array(SentToolCall).min(1).max(MAX_TOOLS).nullish(),
    ...ofAnswers,
  }),
  z.strictObject({
    role: z.literal("tool"),
    content: Content,
    tool_call_id: z.string().max(200),
    // The tool call with this id already contains the tool's name, but OpenAI's examples send the
    // name here, too.
    name: Name.optional(),
  }),
]).openapi("OpenAiMessage");

const JsonSchema = z.record(z.string(), z.unknown());

const Tool = z.strictObject({
  type: z.literal("function", { error: "Only tools of the type function can be used here." }),
  function: z.strictObject({
    name: Name,
    description: Text.optional(),
    parameters: JsonSchema.optional(),
    strict: z.boolean().nullish(),
  }),
}).openapi("OpenAiTool");

const ToolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: Name }) }),
]);

const ResponseFormat = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    json_schema: z.strictObject({
      name: Name,
      description: Text.optional(),
      schema: JsonSchema.optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const Word = z.string().regex(/^[a-z_]{1,20}$/);

/**
 * These parameters are passed on unchanged, because none of them raises the price of a token or the
 * number of answers.
 */
const passedOn = {
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string().max(20), z.number().min(-100).max(100)).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  prompt_cache_key: z.string().max(200).nullish(),
  reasoning_effort: Word.nullish(),
  response_format: ResponseFormat.nullish(),
  safety_identifier: z.string().max(200).nullish(),
  seed: z.int().nullish(),
  stop: z.union([Text, z.array(Text).min(1).max(4)]).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tool_choice: ToolChoice.nullish(),
  tools: z.array(Tool).min(1).max(MAX_TOOLS).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  verbosity: Word.nullish(),
};

export const PASSED_ON = Object.keys(passedOn) as (keyof typeof passedOn)[];

/** Accepts only null. For any other value, the error gives `why` as the reason. */
function refused(why: string) {
  return z.null({ error: `${why} Leave this parameter out.` }).optional();
}

/** Accepts only the listed values, which have the same effect as leaving the parameter out. */
function only<T extends string | number | boolean>(values: T[], why: string) {
  return z.literal(values, { error: `${why} Leave this parameter out.` }).nullish();
}

const notPassedOn = {
  audio: refused("Audio is not supported, because it has no rate."),
  function_call: refused("Send tool_choice instead."),
  functions: refused("Send tools instead."),
  logprobs: only([false], "Logprobs are not supported."),
  metadata: refused(
    "Metadata is not supported, because nothing is stored at the model's provider.",
  ),
  modalities: z.array(
    z.literal("text", { error: 'modalities must be ["text"], because answers are text only.' }),
  ).nullish(),
  n: only([1], "Only n = 1 is supported, because a request has one answer."),
  prediction: refused("Predictions are not supported, because they have no rate."),
  service_tier: only(
    ["auto", "default"],
    "Only the default tier is supported, because the others have other prices.",
  ),
  store: only(
    [false],
    "store must be false, because nothing is stored at the model's provider.",
  ),
  top_logprobs: refused("Logprobs are not supported."),
  web_search_options: refused("Web search is not supported, because it has no rate."),
};

const MaxTokens = z.int().min(1).max(MAX_OUTPUT_TOKENS).nullish();

export const OpenAiChatBody = z.strictObject({
  model: Model,
  messages: z.array(Message).min(1).max(MAX_MESSAGES),
  max_completion_tokens: MaxTokens.openapi({
    description:
      "At most the model's cap, reasoning included. The price of this many tokens is held until the " +
      `answer ends. Defaults to ${DEFAULT_OUTPUT_TOKENS}, or to the cap if that is lower.`,
  }),
  max_tokens: MaxTokens.openapi({ description: "The older name of max_completion_tokens." }),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({
    include_usage: z.boolean().optional(),
    include_obfuscation: z.boolean().optional(),
  }).nullish(),
  user: z.string().max(200).nullish().openapi({
    description: "For secret keys: the id of the user who pays.",
  }),
  ...passedOn,
  ...notPassedOn,
}).openapi("OpenAiChatRequest");

export type OpenAiChatRequest = z.output<typeof OpenAiChatBody>;

const Count = z.int().min(0);

const Usage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count }),
  completion_tokens_details: z.object({ reasoning_tokens: Count }),
}).openapi("OpenAiUsage");

export type OpenAiUsage = z.output<typeof Usage>;

export const OpenAiCompletion = z.object({
  id: z.string().openapi({ description: "`chatcmpl-` and the id of the hold." }),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.object({
    index: z.int(),
    message: z.object({
      role: z.literal("assistant"),
      content: z.string().nullable(),
      refusal: z.null(),
      tool_calls: z.array(ToolCall).optional(),
    }),
    logprobs: z.null(),
    finish_reason: z.string(),
  })),
  usage: Usage,
}).openapi("OpenAiChatCompletion");

export const OpenAiModel = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int().openapi({
    description: "When the model's rate came into force, in seconds since 1970.",
  }),
  owned_by: z.literal("farthing"),
}).openapi("OpenAiModel");

export const OpenAiModels = z.object({ object: z.literal("list"), data: z.array(OpenAiModel) })
  .openapi("OpenAiModels");
