/**
 * Reads a chat completion request as OpenAI does. Answers 400 to options that the emulator does not
 * support.
 */
import { z } from "zod";
import { invalid, unknownModel } from "./errors.ts";
import { MODELS } from "./models.ts";

type Parsed = z.output<typeof Body>;

export interface Message {
  role: string;
  content: string;
}

export interface Ask {
  model: string;
  messages: Message[];
  /** The content of the last user message. Its markers control the answer. */
  prompt: string;
  stream: boolean;
  includeUsage: boolean;
  /** The maximum number of tokens in the answer, including reasoning tokens. */
  maxTokens: number;
  /**
   * Whether the JSON answer is an object or a list; undefined if the request does not ask for JSON.
   */
  json: "object" | "list" | undefined;
  tools: Tool[];
  /**
   * The tool that the answer calls: the first tool that the request offers. Undefined if the
   * request has no tools or forbids calls, or if its last message is a tool's result.
   */
  called: Tool | undefined;
}

const Text = z.object({ type: z.literal("text"), text: z.string() });

const Content = z.union([
  z.string(),
  z.array(Text).min(1).transform((parts) => parts.map(({ text }) => text).join("")),
]);

const Tool = z.object({
  type: z.literal("function"),
  function: z.object({ name: z.string().min(1) }).loose(),
});

type Tool = z.output<typeof Tool>;

const Call = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const Spoken = z.object({
  role: z.enum(["system", "developer", "user"]),
  content: Content,
});

/**
 * An assistant's message has text, tool calls, or both. The calls are appended to its text as JSON.
 */
const Assistant = z.object({
  role: z.literal("assistant"),
  content: Content.nullish(),
  tool_calls: z.array(Call).min(1).optional(),
}).refine(({ content, tool_calls }) => content != null || tool_calls !== undefined, {
  path: ["content"],
}).transform(({ role, content, tool_calls = [] }) => ({
  role,
  content: [content ?? "", ...tool_calls.map((call) => JSON.stringify(call.function))].join(""),
}));

const Result = z.object({ role: z.literal("tool"), content: Content, tool_call_id: z.string() })
  .transform(({ role, content }) => ({ role, content }));

const Limit = z.int().min(1).nullish();

const Body = z.object({
  model: z.string().min(1),
  messages: z.array(z.discriminatedUnion("role", [Spoken, Assistant, Result])).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: Limit,
  max_completion_tokens: Limit,
  response_format: z.object({ type: z.enum(["text", "json_object"]) }).nullish(),
  n: z.literal(1).nullish(),
  tools: z.array(Tool).min(1).nullish(),
  tool_choice: z.unknown().optional(),
  functions: z.undefined().optional(),
  audio: z.undefined().optional(),
});

function parse(body: unknown): Parsed {
  const parsed = Body.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = issue?.path.join(".");
  throw invalid(`Invalid or unsupported value${param ? ` for '${param}'` : ""}.`, param);
}

function limitOf({ model, max_tokens, max_completion_tokens }: Parsed): number {
  const cap = MODELS[model];
  if (cap === undefined) throw unknownModel(model);
  if (max_tokens && max_completion_tokens) {
    const message = "'max_tokens' and 'max_completion_tokens' cannot be set at the same time.";
    throw invalid(message, "max_tokens", "invalid_parameter_combination");
  }
  const wanted = max_completion_tokens ?? max_tokens ?? cap;
  if (wanted <= cap) return wanted;
  const param = max_tokens ? "max_tokens" : "max_completion_tokens";
  const message = `${param} is too large: ${wanted}. This model supports at most ${cap}.`;
  throw invalid(message, param, "invalid_value");
}

/**
 * Returns the form of the JSON answer: an object if the request has a JSON response format,
 * otherwise the form that the system message asks for.
 */
function jsonOf({ messages, response_format }: Parsed): Ask["json"] {
  const instructed = messages.filter(({ role }) => role === "system" || role === "developer");
  const said = instructed.map(({ content }) => content).join("\n");
  if (response_format?.type === "json_object") {
    if (messages.some(({ content }) => /json/i.test(content))) return "object";
    throw invalid("'messages' must contain the word 'json' to use 'json_object'.", "messages");
  }
  if (!/json/i.test(said)) return undefined;
  return /json object/i.test(said) ? "object" : "list";
}

function calledIn({ messages, tools, tool_choice }: Parsed): Tool | undefined {
  if (tool_choice === "none" || messages.at(-1)?.role === "tool") return undefined;
  return tools?.[0];
}

/** @throws AiError 400 or 404 */
export function readAsk(body: unknown): Ask {
  const parsed = parse(body);
  return {
    model: parsed.model,
    messages: parsed.messages,
    prompt: parsed.messages.findLast(({ role }) => role === "user")?.content ?? "",
    stream: parsed.stream ?? false,
    includeUsage: parsed.stream_options?.include_usage ?? false,
    maxTokens: limitOf(parsed),
    json: jsonOf(parsed),
    tools: parsed.tools ?? [],
    called: calledIn(parsed),
  };
}
