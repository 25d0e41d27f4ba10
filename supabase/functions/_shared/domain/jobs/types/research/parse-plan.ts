/** Reads the questions of a research plan from the model's text: at most five. */
import { storable } from "../../../../core/json-size.ts";

export const MAX_QUESTIONS = 5;

/** A token has at least one byte, so this limits a question's tokens too. */
export const MAX_QUESTION_BYTES = 600;

function asList(text: string): unknown[] {
  // Models add words or a code fence around the list, although the prompt asks for the list alone.
  const [from, to] = [text.indexOf("["), text.lastIndexOf("]")];
  if (from === -1 || to < from) return [];
  try {
    const list: unknown = JSON.parse(text.slice(from, to + 1));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function asQuestion(item: unknown): string {
  const text = typeof item === "string" ? item : (item as { question?: unknown } | null)?.question;
  return typeof text === "string" ? storable(text.trim(), MAX_QUESTION_BYTES) : "";
}

/**
 * Returns one to five questions. If the text has no readable list, the query is the only question.
 */
export function parsePlan(text: string, query: string): string[] {
  const questions = asList(text).map(asQuestion).filter((question) => question !== "");
  const plan = [...new Set(questions)].slice(0, MAX_QUESTIONS);
  return plan.length > 0 ? plan : [storable(query, MAX_QUESTION_BYTES)];
}
