"use client";

import { useEffect, useMemo } from "react";
import {
  type ChatMessage,
  type ChatSettings,
  type ChatState,
  useChat,
  useUserId,
} from "@farthing/react";

interface Stored {
  /** The id of the user whose conversation it is. */
  readonly of: string;
  readonly messages: readonly ChatMessage[];
}

/** Returns null if nothing is stored, or the storage can't be read. */
function read(key: string): Stored | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Stores the user's conversation; without one, deletes what another user has left. */
function write(key: string, { of, messages }: { of: string | null } & Omit<Stored, "of">): void {
  try {
    if (of !== null && messages.length > 0) {
      sessionStorage.setItem(key, JSON.stringify({ of, messages }));
    } else if (read(key)?.of !== of) sessionStorage.removeItem(key);
  } catch {
    // The storage is full or switched off, so the conversation ends with the page.
  }
}

/**
 * Keeps a conversation in this tab under a name, so that it survives the way to Stripe's page and back,
 * and a reload. Only the user whose it is sees it again. Without a name it ends with the component.
 */
export function useStoredChat(settings: ChatSettings, name: string | undefined): ChatState {
  const userId = useUserId();
  const key = `farthing-chat ${name}`;
  const earlier = useMemo(() => {
    const stored = name !== undefined && userId ? read(key) : null;
    return stored?.of === userId ? stored?.messages : undefined;
  }, [key, userId]);
  const chat = useChat({ ...settings, ...earlier !== undefined && { initialMessages: earlier } });
  const { status, messages } = chat;
  useEffect(() => {
    // Not with each word of an answer.
    if (name !== undefined && userId !== undefined) write(key, { of: userId, messages });
  }, [key, userId, status, messages.length]);
  return chat;
}
