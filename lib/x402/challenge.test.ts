import { decodePaymentRequiredHeader } from "@x402/core/http";
import { expect, it } from "vitest";
import { buildChallenge } from "./challenge";

const resource = { url: "https://pay.example/g/shop/now", description: "The time", mimeType: "text/plain" };

it.each([
  ["Acme Weather", "Acme Weather"],
  ["x".repeat(33), undefined],
  ["Größe", undefined],
  ["Acme\nInjected: header", undefined],
])("the seller %j stands on the wire as %j: short printable ASCII or nothing (I1)", (name, onTheWire) => {
  const { header } = buildChallenge([], { ...resource, serviceName: name }, "payment_required");
  expect(decodePaymentRequiredHeader(header).resource?.serviceName).toBe(onTheWire);
});
