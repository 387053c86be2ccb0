/** Tells whoever started this program the port it listens on, and ends when it is asked to. */
export function announce(server) {
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
  process.once("SIGTERM", () => process.exit());
}
