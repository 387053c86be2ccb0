// The merchant's server: as little work as node:http allows.
import { createServer } from "node:http";
import { announce } from "./listen.mjs";

const body = Buffer.from(JSON.stringify({ now: "2026-01-01T00:00:00.000Z" }));
const headers = { "Content-Type": "application/json", "Content-Length": body.length };

announce(
  createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  }),
);
