/** Writes the prompt of each step. */
import type { AiMessage } from "../../../../adapters/ai/ai.ts";
import { MAX_QUESTIONS } from "./parse-plan.ts";

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
