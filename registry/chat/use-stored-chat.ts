"use client";

import { useEffect, useMemo, useRef } from "react";
import {
  type ChatMessage,
  type ChatSettings,
  type ChatState,
  useChat,
  useUserId,
} from "@farthing/react";

interface Stored {
  /** The id of the user to whom the conversation belongs. */
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

/**
 * Stores the user's conversation. If there is nothing to store, deletes a stored conversation that
 * belongs to another user.
 */
function write(key: string, { of, messages }: { of: string | null } & Omit<Stored, "of">): void {
  try {
    if (of !== null && messages.length > 0) {
      sessionStorage.setItem(key, JSON.stringify({ of, messages }));
    } else if (read(key)?.of !== of) sessionStorage.removeItem(key);
  } catch {
    // The storage is full or switched off, so the conversation ends with the page.
  }
}

const PREFIX = "farthing-chat ";

/**
 * Removes the conversations of all other users from the tab, even those that no component shows.
 * Call it with null when a user signs out. With `name`, removes only conversations whose name
 * begins with it.
 */
export function forgetChats(userId: string | null, name = ""): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (!key.startsWith(`${PREFIX}${name}`)) continue;
      if (userId === null || read(key)?.of !== userId) sessionStorage.removeItem(key);
    }
  } catch {
    // The storage is switched off, so nothing is stored.
  }
}

/**
 * Runs when the user signs out or another user signs in. Removes the stored conversations of
 * everybody except the user who is now signed in.
 */
function useForgetting(userId: string | null | undefined): void {
  const last = useRef(userId);
  useEffect(() => {
    const left = last.current;
    last.current = userId;
    if (left && userId !== undefined && userId !== left) forgetChats(userId);
  }, [userId]);
}

/**
 * Keeps a conversation in this tab under a name, so that it survives a reload and a visit to
 * Stripe's page. Only the user who had the conversation sees it again. Without a name, the
 * conversation ends with the component.
 */
export function useStoredChat(settings: ChatSettings, name: string | undefined): ChatState {
  const userId = useUserId();
  const key = `${PREFIX}${name}`;
  useForgetting(userId);
  const earlier = useMemo(() => {
    const stored = name !== undefined && userId ? read(key) : null;
    return stored?.of === userId ? stored?.messages : undefined;
  }, [key, userId]);
  const chat = useChat({ ...settings, ...earlier !== undefined && { initialMessages: earlier } });
  const { status, messages } = chat;
  useEffect(() => {
    // Stores the messages when one is added or the status changes, but not at each word of an
    // answer.
    if (name !== undefined && userId !== undefined) write(key, { of: userId, messages });
  }, [key, userId, status, messages.length]);
  return chat;
}
