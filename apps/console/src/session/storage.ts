/**
 * The browser's storage. If it is denied or full, the values are kept in memory, and are lost when
 * the page is closed or reloaded.
 */

type Area = "localStorage" | "sessionStorage";

const ofThisPage = new Map<string, string>();

export function readStored(area: Area, key: string): string | null {
  try {
    return globalThis[area].getItem(key) ?? ofThisPage.get(key) ?? null;
  } catch {
    return ofThisPage.get(key) ?? null;
  }
}

export function store(area: Area, key: string, value: string): void {
  try {
    globalThis[area].setItem(key, value);
  } catch {
    ofThisPage.set(key, value);
  }
}
