"use client";

import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import type { ChatMessage, ChatSettings } from "@farthing/react";
import { isAboutCredits, SignInRequired, Trouble } from "@/components/farthing/trouble";
import { useStoredChat } from "@/components/farthing/use-stored-chat";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { Textarea } from "@/components/ui/textarea";
import { formatCredits } from "@/lib/farthing-format";
import { cn } from "@/lib/utils";

/** Says what an answer cost, and why an interrupted answer may cost more than its text suggests. */
function chargeText({ role, state, charge }: ChatMessage): string | null {
  if (role === "user") return null;
  const end = state === "stopped" ? "Stopped. " : state === "failed" ? "Broken off. " : "";
  if (charge === null) return state === "streaming" ? null : `${end}Reading the price…`;
  if (charge === "none") return `${end}Free of charge`;
  if (charge === "unknown") return `${end}The price is unknown; see your history`;
  const reason = state === "failed" ? ", for all that the model may have written" : "";
  return `${end}${formatCredits(charge.credits)} credits${reason}`;
}

function Message({ message }: { message: ChatMessage }) {
  const isUser = message.role === "user";
  const charge = chargeText(message);
  return (
    <li
      className={cn("grid max-w-[85%] gap-1", isUser ? "justify-self-end" : "justify-self-start")}
    >
      <span className="sr-only">{isUser ? "You" : "Answer"}:</span>
      <p
        className={cn(
          "rounded-xl px-4 py-2.5 text-sm leading-6 break-words whitespace-pre-wrap",
          isUser ? "bg-primary text-primary-foreground" : "bg-muted text-foreground",
        )}
      >
        {message.content || (message.state === "streaming" ? "…" : "No answer")}
      </p>
      {charge !== null && <p className="px-1 text-xs text-muted-foreground">{charge}</p>}
    </li>
  );
}

interface ComposerProps {
  readonly isStreaming: boolean;
  readonly canSend: boolean;
  readonly send: (text: string) => boolean;
  readonly stop: () => void;
}

/** If this button has the focus when it disappears, the focus moves to the message field. */
function StopButton({ stop }: { stop: () => void }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const own = place.current;
    return () => {
      if (own?.contains(document.activeElement)) {
        own.parentElement?.querySelector("textarea")?.focus();
      }
    };
  }, []);
  return (
    <span ref={place} className="contents">
      <Button type="button" variant="outline" onClick={stop}>Stop</Button>
    </span>
  );
}

/**
 * Enter sends, and Shift+Enter begins a new line. "Send" and "Stop" are two buttons: with one
 * button for both, a double click would stop the answer at once, and a stopped answer is charged in
 * full.
 */
function Composer({ isStreaming, canSend, send, stop }: ComposerProps) {
  const [text, setText] = useState("");
  const submit = () => {
    if (canSend && text.trim() !== "" && send(text.trim())) setText("");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <div className="flex w-full items-end gap-2">
      <Textarea
        aria-label="Message"
        placeholder="Ask something"
        rows={1}
        className="min-h-9 resize-none py-1.5"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      {isStreaming && <StopButton stop={stop} />}
      <Button type="button" aria-disabled={!canSend} onClick={submit}>Send</Button>
    </div>
  );
}

interface ChatProps extends ChatSettings {
  readonly title?: string | undefined;
  /**
   * Returns what to show instead of the error's message if credits are missing, for example a
   * `Paywall`. The message of any other error is always shown.
   */
  readonly explain?: ((error: Error) => ReactNode) | undefined;
  /** Keeps the conversation in this tab under this name, also while the user buys credits. */
  readonly storedAs?: string | undefined;
}

/** A conversation with a model; each answer shows its price. */
export function Chat({ title = "Chat", explain, storedAs, ...settings }: ChatProps) {
  const { status, messages, error, retrying, send, stop } = useStoredChat(settings, storedAs);
  const isStreaming = status === "streaming";
  return (
    <Card>
      <CardHeader>
        <CardTitle>
          <h2>{title}</h2>
        </CardTitle>
      </CardHeader>
      <CardContent className="grid gap-4">
        {status === "signed_out" && <SignInRequired />}
        {status !== "signed_out" && messages.length === 0 && (
          <p className="text-sm text-muted-foreground">
            Each answer is paid in credits, also one that you stop.
          </p>
        )}
        <ul aria-live="polite" aria-busy={isStreaming} className="grid gap-4 empty:hidden">
          {messages.map((message) => <Message key={message.id} message={message} />)}
        </ul>
        {retrying !== null && (
          <p role="status" className="text-sm text-muted-foreground">
            No answer yet. Trying again…
          </p>
        )}
        {status === "error" && error !== null && (
          (isAboutCredits(error) ? explain?.(error) : null) ??
            <Trouble title="The answer failed" error={error} />
        )}
      </CardContent>
      {status !== "signed_out" && (
        <CardFooter>
          <Composer
            {...{ isStreaming, send, stop, canSend: status === "idle" || status === "error" }}
          />
        </CardFooter>
      )}
    </Card>
  );
}
