import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetFlags, makeFlags } from "../src/flags.js";
import { storage } from "./device.js";

test("flags come back, for their owner and their paper alone", () => {
  const device = storage();
  const flags = makeFlags("a", "me", device);
  [7, 3, 7, 5].forEach(flags.toggle);
  assert.deepEqual(makeFlags("a", "me", device).all(), [3, 5]);
  assert.deepEqual([makeFlags("a", "you", device).all(), makeFlags("b", "me", device).all()], [[], []]);
});

test("they go with the paper when it is handed in, and with their owner at sign-out", () => {
  const device = storage();
  for (const [ref, owner] of [["a", "me"], ["b", "me"], ["a", "you"]]) makeFlags(ref, owner, device).toggle(1);
  forgetFlags({ ref: "a" }, device);
  assert.deepEqual(Object.keys(device), ["quizapp:flags:me:b"]);
  makeFlags("c", "you", device).toggle(1);
  forgetFlags({ owner: "me" }, device);
  assert.deepEqual(Object.keys(device), ["quizapp:flags:you:c"]);
});

test("without storage, or with nonsense in it, flags last as long as the page", () => {
  const flags = makeFlags("a", "me", null);
  flags.toggle(2);
  assert.equal(flags.has(2), true);
  forgetFlags({ owner: "me" }, null);
  assert.deepEqual(makeFlags("a", "me", storage({ "quizapp:flags:me:a": '{"no":1}' })).all(), []);
});
