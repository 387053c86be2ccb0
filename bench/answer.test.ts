import { describe, expect, it } from "vitest";
import { readAnswer } from "./answer";

const whole = Buffer.from("HTTP/1.1 402 Payment Required\r\nA: b\r\ncontent-length: 5\r\n\r\nhello");

describe("an answer as the load generator reads it", () => {
  it("is its status, its head and its body", () => {
    const answer = readAnswer(whole);
    expect(answer).toMatchObject({ status: 402 });
    expect(String(answer?.body)).toBe("hello");
    expect(String(answer?.head)).toContain("A: b");
  });

  it("is none until its last byte is there", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(readAnswer(whole.subarray(0, length))).toBeNull();
    }
  });

  it("is refused when it is not framed by its length, or more follows it", () => {
    expect(() => readAnswer(Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))).toThrow();
    expect(() => readAnswer(Buffer.concat([whole, whole]))).toThrow();
  });
});
