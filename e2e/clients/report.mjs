/** Prints what a client got for its money: `node <client>.mjs URL`, with the payer's key in PAYER_KEY. */
export function report(status, body, receipt) {
  process.stdout.write(`${JSON.stringify({ status, body, receipt })}\n`);
}
