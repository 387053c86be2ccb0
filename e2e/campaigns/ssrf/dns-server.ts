import { createSocket } from "node:dgram";
import { once } from "node:events";
import ipaddr from "ipaddr.js";

/** What a name resolves to, each time it is asked for. */
export interface DnsAnswer {
  addresses: readonly string[];
  /** The name that really has these addresses, when the one asked for is an alias of it. */
  alias?: string;
}

/** A name server that says something else whenever it likes, each answer good for no time at all. */
export interface DnsServer {
  /** `host:port` as resolvers are configured with. */
  address: string;
  close(): void;
}

const TYPES = { 1: "A", 5: "CNAME", 28: "AAAA" } as const;
const CNAME = 5;
const HEADER_BYTES = 12;

/** Starts a name server on a free UDP port of loopback; `answer` is asked once for every query it hears. */
export async function startDnsServer(
  answer: (name: string, type: "A" | "AAAA") => DnsAnswer,
): Promise<DnsServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, type, end } = readQuestion(query);
    const asked = type === 1 || type === 28 ? answer(name, TYPES[type]) : { addresses: [] };
    socket.send(response(query.subarray(0, end), type, asked), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function response(question: Buffer, type: number, { addresses, alias }: DnsAnswer): Buffer {
  // The question's own name lies right behind the header (RFC 1035 §4.1.4).
  const asked = Buffer.of(0xc0, HEADER_BYTES);
  const owner = alias === undefined ? asked : wireName(alias);
  const records = addresses.map((text) => record(owner, type, Buffer.from(ipaddr.parse(text).toByteArray())));
  if (alias !== undefined) records.unshift(record(asked, CNAME, wireName(alias)));
  const message = Buffer.concat([question, ...records]);
  // An answer, to a recursive query, without error; one question, these answers, and nothing else.
  message.writeUInt16BE(0x8180, 2);
  for (const [at, count] of [1, records.length, 0, 0].entries()) message.writeUInt16BE(count, 4 + at * 2);
  return message;
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
}

function wireName(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.from(label, "latin1"));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}
