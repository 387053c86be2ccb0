import { expect, test } from "vitest";
import { createAddressTable, isLocalName, isThisMachine } from "./addresses";

const strict = createAddressTable([]);

test.each([
  ["loopback", ["127.0.0.1", "127.255.255.254", "::1"]],
  ["the unspecified address, which connects to loopback", ["0.0.0.0", "0.1.2.3", "::"]],
  ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"]],
  ["link-local", ["169.254.1.1", "fe80::1", "febf::1"]],
  ["cloud metadata", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"]],
  ["carrier-grade NAT", ["100.64.0.1", "100.127.255.255"]],
  ["unique local", ["fc00::1", "fdff::1"]],
  ["site-local", ["fec0::1"]],
  ["IPv4-mapped", ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1"]],
  ["IPv4-compatible", ["::127.0.0.1"]],
  ["NAT64", ["64:ff9b::7f00:1", "64:ff9b:1::1"]],
  ["6to4", ["2002:7f00:1::"]],
  ["Teredo", ["2001:0:7f00:1::"]],
  ["multicast", ["224.0.0.1", "239.255.255.255", "ff02::1"]],
  ["broadcast and reserved", ["240.0.0.1", "255.255.255.255"]],
  ["documentation and benchmarks", ["192.0.2.1", "198.18.0.1", "203.0.113.1", "2001:db8::1", "3fff::1"]],
  ["a zone", ["fe80::1%eth0", "2606:4700::1%1"]],
  ["no address", ["", "localhost", "1.2.3.4.5", "[::1]"]],
])("%s is forbidden (H1)", (_, addresses) => {
  for (const address of addresses) expect([address, strict(address)]).toEqual([address, "forbidden"]);
});

test("public addresses of both families are public, up to the edge of the forbidden blocks", () => {
  const addresses = ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111"];
  for (const address of addresses) expect([address, strict(address)]).toEqual([address, "public"]);
});

test("a listed network is reachable, and nothing beside it (H1)", () => {
  const table = createAddressTable(["127.0.0.0/8", "fd12::/16"]);
  expect(table("127.0.0.1")).toBe("listed");
  expect(table("fd12::1")).toBe("listed");
  expect(table("fd13::1")).toBe("forbidden");
  expect(table("10.0.0.1")).toBe("forbidden");
  expect(table("::1")).toBe("forbidden");
  expect(table("::ffff:127.0.0.1")).toBe("forbidden");
});

test("this machine is known by loopback, by the unspecified address and through IPv4 mapping (H5)", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"]) {
    expect([address, isThisMachine(address)]).toEqual([address, true]);
  }
  expect(isThisMachine("8.8.8.8")).toBe(false);
});

test("names of local networks are known, with dots at their end and in any case (H5)", () => {
  const local = [
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "metadata.google.internal",
    "printer.local..",
    "db",
  ];
  for (const name of local) expect([name, isLocalName(name)]).toEqual([name, true]);
  for (const name of ["example.com", "internal.example.com", "127.0.0.1", "::1"]) {
    expect([name, isLocalName(name)]).toEqual([name, false]);
  }
});
