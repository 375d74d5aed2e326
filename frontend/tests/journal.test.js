import assert from "node:assert/strict";
import { test } from "node:test";
import { countUnsent, makeJournal } from "../src/journal.js";

function storage(set) {
  const held = {};
  Object.defineProperties(held, {
    getItem: { value: (key) => held[key] ?? null }, setItem: { value: set ?? ((key, value) => (held[key] = value)) },
    removeItem: { value: (key) => delete held[key] },
  });
  return held;
}

test("an entry comes back as it was, item by item, attempt by attempt", () => {
  const device = storage();
  const journal = makeJournal("a", device);
  journal.write(5, { content: { choice: [1] }, base: 3, sent: ["c1"] });
  assert.deepEqual(makeJournal("a", device).read(5), { content: { choice: [1] }, base: 3, sent: ["c1"] });
  assert.equal(makeJournal("b", device).read(5), null);
  assert.equal(countUnsent(device), 1);
  journal.forget(5);
  assert.equal(countUnsent(device), 0);
});

test("a device that keeps nothing says so and breaks nothing", () => {
  const none = makeJournal("a", null);
  assert.equal(none.keeps, false);
  none.write(1, {});
  none.forget(1);
  assert.equal(none.read(1), null);
  const journal = makeJournal("a", storage(() => {
    throw new Error("QuotaExceededError");
  }));
  assert.equal(journal.keeps, true);
  journal.write(1, {});
  assert.equal(journal.keeps, false);
});
