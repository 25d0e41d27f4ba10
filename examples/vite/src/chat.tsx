import { type ChatMessage, useChat } from "@farthing/react";
import { Ask, Button, Card, Problem } from "./ui.tsx";

function priceOf({ charge, state }: ChatMessage): string {
  if (charge === null) return state === "streaming" ? "" : "reading the price…";
  if (typeof charge === "string") return charge === "none" ? "not charged" : "price unknown";
  return `${charge.credits} credits${state === "stopped" ? ", stopped" : ""}`;
}

export function Chat() {
  const { status, messages, error, send, stop } = useChat({ model: "gpt-4o" });
  const isBusy = status === "streaming" || status === "settling";
  return (
    <Card title="Ask">
      <div role="log" aria-label="Answers" aria-busy={status === "streaming"} className="log">
        {messages.map((message) => (
          <p key={message.id} className="message" data-role={message.role}>
            {message.content}
            {message.role === "assistant" && <small>{priceOf(message)}</small>}
          </p>
        ))}
      </div>
      <Problem error={error} />
      <Ask label="Your question" button="Send" isBusy={isBusy} onAsk={send} />
      {status === "streaming" && <Button onClick={stop}>Stop</Button>}
    </Card>
  );
}
