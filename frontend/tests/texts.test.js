import assert from "node:assert/strict";
import { test } from "node:test";
import { makeTexts } from "../src/texts.js";

test("slots are filled, numbers are written as the language does", () => {
  const text = makeTexts({ words: "{n}/{limit} từ", plain: "Xin chào" }, "vi");
  assert.equal(text("words", { n: 1512, limit: 1500 }), "1.512/1.500 từ");
  assert.equal(text("plain"), "Xin chào");
});

test("English has a form for one", () => {
  const text = makeTexts({ owed: { one: "{n} answer waits", other: "{n} answers wait" } }, "en");
  assert.equal(text("owed", { n: 1 }), "1 answer waits");
  assert.equal(text("owed", { n: 3 }), "3 answers wait");
});

test("a missing sentence is a fault, not an empty line", () => {
  assert.throws(() => makeTexts({}, "vi")("status.saved"), /status\.saved/);
});
