/**
 * Counts the tokens of a prompt. Its price is held before the call, when the model provider has not
 * reported any count yet.
 */
import { type CountTokens, FILE_TOKENS } from "./count-tokens.ts";
import type { Params } from "./types.ts";

/** The number of tokens that are counted for the role and the separators of each message. */
const MESSAGE_TOKENS = 8;

type Content = Params["prompt"][number]["content"];
type Piece = Exclude<Content, string>[number];
type File = Pick<Extract<Piece, { type: "file" }>, "data" | "mediaType">;

/** Returns the text of a file that is sent as text; null for an image, a sound or a document. */
function textOfFile({ data, mediaType }: File): string | null {
  if (data.type === "text") return data.text;
  if (data.type !== "data" || !mediaType.startsWith("text/")) return null;
  // Base64 is counted without decoding it. It is a third longer than the text that it encodes, so
  // the count is too high, but accurate enough for an upper bound.
  return typeof data.data === "string" ? data.data : new TextDecoder().decode(data.data);
}

/** The texts of a message, and the number of its files that are not text. */
class Said {
  readonly texts: string[] = [];
  files = 0;

  add(piece: Piece): void {
    if (piece.type === "text" || piece.type === "reasoning") this.texts.push(piece.text);
    else if (piece.type === "file") this.#addFile(piece);
    else if (piece.type === "tool-call") {
      this.texts.push(piece.toolName + JSON.stringify(piece.input));
    } else if (piece.type === "tool-result") this.#addResult(piece);
    else this.files += 1;
  }

  #addFile(file: File): void {
    const text = textOfFile(file);
    if (text === null) this.files += 1;
    else this.texts.push(text);
  }

  #addResult({ toolName, output }: Extract<Piece, { type: "tool-result" }>): void {
    this.texts.push(toolName);
    if (output.type !== "content") return void this.texts.push(JSON.stringify(output));
    for (const part of output.value) {
      // If a file's bytes were counted as text, the hold for a screenshot would be hundreds of
      // times too high.
      if (part.type === "file") this.#addFile(part);
      else this.texts.push(JSON.stringify(part));
    }
  }
}

function messageTokens(content: Content, count: CountTokens): number {
  const said = new Said();
  if (typeof content === "string") said.texts.push(content);
  else for (const piece of content) said.add(piece);
  return count(said.texts.join("\n")) + MESSAGE_TOKENS + said.files * FILE_TOKENS;
}

/**
 * Counts the tokens of a prompt, including its files, its tools and the schema for a JSON answer.
 */
export function promptTokens(params: Params, count: CountTokens): number {
  const { prompt, tools, responseFormat } = params;
  const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
  const said = prompt.map(({ content }) => messageTokens(content, count));
  const described = [tools, schema].filter((each) => each !== undefined)
    .map((each) => count(JSON.stringify(each)));
  return [...said, ...described].reduce((sum, each) => sum + each, 0);
}
