// The limit of node:http: the same bytes for everybody, made ready beforehand.
import { createServer } from "node:http";
import { announce } from "./listen.mjs";

const { status, headers, body } = JSON.parse(process.argv[2]);
// As a text, which node sends in one piece with the head.
const text = Buffer.from(body, "base64").toString("latin1");

announce(
  createServer((_, response) => {
    response.writeHead(status, headers);
    response.end(text, "latin1");
  }),
);
