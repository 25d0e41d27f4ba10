/** One client of a route: the same request again and again. */
import { openHttpSocket } from "./http-socket.ts";
import type { HttpTarget } from "./job.ts";

export function openHttp(target: HttpTarget) {
  const { exchange, message, close } = openHttpSocket(target.port);
  const lines = Object.entries(target.headers).map(([header, value]) => `${header}: ${value}\r\n`);
  const request = new TextEncoder().encode(
    `GET ${target.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join("")}\r\n`,
  );
  return { call: () => exchange(request), message, close };
}
