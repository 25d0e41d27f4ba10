/** The texts of a prompt. The model reads these texts, and the provider counts them as input. */
import type { AiMessage, AiParameters, AiPrompt } from "./ai.ts";

/** Returns the text of a message, with its name and the tools that it calls. */
export function textOfMessage({ content, name, tool_calls }: AiMessage): string {
  const calls = tool_calls?.map((call) => `${call.function.name} ${call.function.arguments}`) ?? [];
  return [...(name === undefined ? [] : [name]), content, ...calls].join("\n");
}

/**
 * Returns the text of a message as it is counted. Tool calls are counted as JSON. The extra
 * characters of JSON make up for the tokens that providers add to each call.
 */
export function countedTextOf({ tool_calls: calls = [], ...message }: AiMessage): string {
  return [textOfMessage(message), ...calls.map((call) => JSON.stringify(call.function))].join("\n");
}

/**
 * Returns the tools and the answer's format as JSON; empty if the prompt has neither. A provider
 * encodes them in fewer tokens, so a count of this JSON is never too low.
 */
export function textOfParameters({ tools, response_format }: AiParameters = {}): string {
  return [tools, response_format].filter((each) => each !== undefined)
    .map((each) => JSON.stringify(each)).join("\n");
}

/** Returns all texts of a prompt, as they are counted. */
export function textsOf({ messages, parameters }: AiPrompt): string[] {
  const more = textOfParameters(parameters);
  return [...messages.map(countedTextOf), ...(more === "" ? [] : [more])];
}
