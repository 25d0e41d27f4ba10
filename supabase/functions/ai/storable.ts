/**
 * A model's text as the database can keep it: no null character, no half of a pair. A provider may send
 * one, and a stream may be left between the halves of an emoji; neither may keep a chat from being settled.
 */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}
