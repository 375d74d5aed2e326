import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chosenIn } from "../src/display.js";
import { makeApi } from "../src/api.js";

test("the four choices are what the server is told", async () => {
  const told = { text_size: "150", contrast: "high", face: "readable", motion: "reduced" };
  globalThis.FormData = class extends Map {
    constructor() {
      super(Object.entries({ csrf_token: "t", ...told }));
    }
  };
  const sent = [];
  const fetch = async (url, { method, body }) => (sent.push([method, url, JSON.parse(body)]), new Response("{}", { headers: { "Content-Type": "application/json" } }));
  await makeApi({ csrf: "t", fetch }).settings(chosenIn({}));
  assert.deepEqual(sent, [["PUT", "/api/v1/settings", told]]);
});

test("every choice the form offers has its style", () => {
  const form = readFileSync(new URL("../../templates/macros/display.html", import.meta.url), "utf8");
  const style = readFileSync(new URL("../styles/display.css", import.meta.url), "utf8");
  for (const [attribute, value] of [["text", "125"], ["text", "150"], ["text", "200"], ["contrast", "high"], ["face", "readable"], ["motion", "reduced"]]) {
    assert.ok(form.includes(`("${value}",`), value);
    assert.ok(style.includes(`[data-${attribute}="${value}"]`), value);
  }
});
