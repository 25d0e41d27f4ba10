/** Writes the prompt of each step, and reads the plan from the model's text. */
import type { AiMessage } from "../../../../adapters/ai/ai.ts";
import { storable } from "../../../../core/json-size.ts";

export const MAX_QUESTIONS = 5;

/** A token has at least one byte, so this limits a question's tokens too. */
export const MAX_QUESTION_BYTES = 600;

interface Finding {
  readonly question: string;
  readonly answer: string;
}

function ask(system: string, user: string): AiMessage[] {
  return [{ role: "system", content: system }, { role: "user", content: user }];
}

export function plan(query: string): AiMessage[] {
  return ask(
    `Plan the research of a query. Answer with a JSON list of 1 to ${MAX_QUESTIONS} short ` +
      "questions whose answers together answer the query, and with nothing else.",
    query,
  );
}

export function question(query: string, asked: string): AiMessage[] {
  return ask(
    "Answer one question of a larger piece of research, in a few paragraphs. Say what is uncertain.",
    `The research is about:\n${query}\n\nThe question:\n${asked}`,
  );
}

export function synthesis(query: string, findings: readonly Finding[]): AiMessage[] {
  const parts = findings.map(({ question, answer }) => `Question: ${question}\nAnswer: ${answer}`);
  return ask(
    "Write a report that answers a query from the findings that follow it, and from nothing else.",
    [`The query:\n${query}`, ...parts].join("\n\n"),
  );
}

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
