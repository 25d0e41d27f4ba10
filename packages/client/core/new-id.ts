/**
 * Returns a random UUID. Also works on pages without https, where `crypto.randomUUID` is missing.
 */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte, index) => (index === 6 ? byte & 15 | 64 : index === 8 ? byte & 63 | 128 : byte))
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
