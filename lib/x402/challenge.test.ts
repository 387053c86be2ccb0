import { decodePaymentRequiredHeader, encodePaymentRequiredHeader } from "@x402/core/http";
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

it.each(["The time", "Größe, 時間 and 🕰", 'quotes " and \\', "\ud800 alone", ""])(
  "the header is what the SDK writes, whatever the description %j",
  (description) => {
    const { header } = buildChallenge(
      [],
      { ...resource, description, serviceName: "Acme" },
      "payment_required",
    );
    expect(encodePaymentRequiredHeader(decodePaymentRequiredHeader(header))).toBe(header);
    expect(decodePaymentRequiredHeader(header).resource?.description).toBe(description);
  },
);
