/**
 * Sends HTTP/1.1 over plain sockets. One connection stays open and carries one request at a time.
 */
import type { HttpTarget } from "./client-job.ts";

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const BUFFER_BYTES = 64 * 1024;

/** Returns `struct sockaddr_in` of 127.0.0.1. On BSD systems the struct begins with its length. */
function address(port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  bytes.set(Deno.build.os === "darwin" ? [16, AF_INET] : [AF_INET, 0]);
  bytes.set([port >> 8, port & 255, 127, 0, 0, 1], 2);
  return bytes;
}

const decoder = new TextDecoder("latin1");

/**
 * Returns the length of the answer at the start of the buffer, or undefined if its headers are not
 * complete yet.
 */
function answerLength(buffer: Uint8Array, filled: number): number | undefined {
  const text = decoder.decode(buffer.subarray(0, Math.min(filled, 2048)));
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error("the answer has no Content-Length");
  return head + 4 + Number(length);
}

export interface HttpSocket {
  /**
   * Sends a request without changing it. Returns false if no answer arrives, or if an answer's
   * status is not 2xx; `message` then returns the reason.
   */
  exchange(request: Uint8Array<ArrayBuffer>): boolean;
  message(): string;
  close(): void;
}

export function openHttpSocket(port: number): HttpSocket {
  const name = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
  const library = Deno.dlopen(name, SYMBOLS);
  const libc = library.symbols;
  const socket = libc.socket(AF_INET, SOCK_STREAM, 0);
  libc.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, new Uint8Array([1, 0, 0, 0]), 4);
  if (libc.connect(socket, address(port), 16) !== 0) {
    throw new Error(`no program listens on port ${port}`);
  }
  const buffer = new Uint8Array(BUFFER_BYTES);
  let problem = "";

  function exchange(request: Uint8Array<ArrayBuffer>): boolean {
    libc.send(socket, request, BigInt(request.length), 0);
    let filled = 0;
    let length: number | undefined;
    while (length === undefined || filled < length) {
      const rest = buffer.subarray(filled);
      const got = Number(libc.recv(socket, rest, BigInt(rest.length), 0));
      if (got <= 0) {
        problem = "the server closed the connection";
        return false;
      }
      filled += got;
      length ??= answerLength(buffer, filled);
    }
    const isOk = buffer[9] === 0x32; // "HTTP/1.1 2xx"
    if (!isOk) problem = decoder.decode(buffer.subarray(0, filled));
    return isOk;
  }

  return {
    exchange,
    message: () => problem,
    close() {
      libc.close(socket);
      library.close();
    },
  };
}

/** Opens one client for a route. The client sends the same request again and again. */
export function openHttp(target: HttpTarget) {
  const { exchange, message, close } = openHttpSocket(target.port);
  const lines = Object.entries(target.headers).map(([header, value]) => `${header}: ${value}\r\n`);
  const request = new TextEncoder().encode(
    `GET ${target.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join("")}\r\n`,
  );
  return { call: () => exchange(request), message, close };
}
