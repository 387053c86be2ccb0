import { describe, expect, it } from "vitest";
import { proposeName, proposeSlug, splitUrl } from "./split-url";

describe("a URL that is pasted", () => {
  it.each([
    ["https://api.example.com/v1/weather?city=Oslo#now", "https://api.example.com", "/v1/weather", "Weather"],
    ["api.example.com/price-list.json", "https://api.example.com", "/price-list.json", "Price list"],
    ["http://127.0.0.1:4021/now", "http://127.0.0.1:4021", "/now", "Now"],
    ["https://example.com", "https://example.com", "/", "example.com"],
    ["https://example.com/items/42", "https://example.com", "/items/42", "Items"],
  ])("%s is split and gives a name", (url, upstream, path, name) => {
    const parts = splitUrl(url);
    expect(parts).toEqual({ upstream, path });
    expect(parts && proposeName(parts)).toBe(name);
  });

  it.each(["", "weather", "ftp://example.com/file", "mailto:a@b.c", "https://"])("%j is none", (text) => {
    expect(splitUrl(text)).toBeNull();
  });

  it("gives a slug of its words and the tail that makes it free", () => {
    expect(proposeSlug("Météo d'Oslo!", "k3x9ab")).toBe("meteo-d-oslo-k3x9ab");
    expect(proposeSlug("天気", "k3x9ab")).toBe("");
  });
});
